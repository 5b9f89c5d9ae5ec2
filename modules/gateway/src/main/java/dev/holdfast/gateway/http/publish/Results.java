package dev.holdfast.gateway.http.publish;

import dev.holdfast.channels.ChannelMessage.Result;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.gateway.http.ApiResponse;
import dev.holdfast.gateway.http.Problem;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Objects;

/** Answers publications. */
final class Results {
  private Results() {}

  /**
   * Answers each publication. If all were refused with the same code and expected number, the
   * answer is one problem.
   */
  static ApiResponse answer(List<NewPublication> publications, List<Result> results) {
    Result first = results.get(0);
    if (first.refused() != null && results.stream().allMatch(result -> isAs(first, result))) {
      throw problem(first);
    }
    JsonArray answers = new JsonArray();
    for (int i = 0; i < results.size(); i++) {
      answers.add(json(publications.get(i), results.get(i)));
    }
    return ApiResponse.json(new JsonObject().put("results", answers));
  }

  private static boolean isAs(Result first, Result other) {
    return other.refused() == first.refused() && other.expected() == first.expected();
  }

  static JsonObject json(NewPublication publication, Result result) {
    JsonObject json = new JsonObject();
    json.put("channel", publication.channel().toString());
    json.put("outcome", outcome(publication, result));
    if (result.position() != null) {
      json.put("position", ApiResponse.json(result.position()));
    }
    if (result.refused() != null) {
      json.put("error", problem(result).json());
    }
    return json;
  }

  static Problem problem(Result result) {
    ErrorCode code = Objects.requireNonNull(result.refused(), "refused");
    String detail = result.detail() == null ? code.publicText : result.detail();
    long again = result.retryAfter() == 0 ? code.againAfterMs() : result.retryAfter();
    return new Problem(code.httpStatus, code, detail)
        .expecting(result.expected())
        .retryAfter(again);
  }

  private static String outcome(NewPublication publication, Result result) {
    if (result.refused() != null) {
      return "refused";
    }
    if (publication.isVolatile()) {
      return "sent";
    }
    return result.duplicate() ? "duplicate" : "stored";
  }
}
