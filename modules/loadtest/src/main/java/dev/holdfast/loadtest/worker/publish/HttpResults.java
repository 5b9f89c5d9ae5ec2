package dev.holdfast.loadtest.worker.publish;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the outcome of each publication from the answer to its request. Any thread. */
final class HttpResults {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int OK = 200;
  private static final int TOO_MANY = 429;
  private static final int SERVER_ERRORS = 500;

  private HttpResults() {}

  /**
   * The result of one publication.
   *
   * @param refused none if it is stored
   * @param retryable whether the same request may yet store it
   */
  record Result(@Nullable String refused, boolean retryable) {
    private static final Result STORED = new Result(null, false);
  }

  /**
   * @param count of the request's publications
   */
  static List<Result> read(HttpTarget.Answer answer, int count) {
    JsonNode body = body(answer.body());
    if (answer.status() != OK) {
      return Collections.nCopies(count, problem(body, answer.status()));
    }
    List<Result> results = new ArrayList<>();
    for (JsonNode result : body.path("results")) {
      boolean refused = "refused".equals(result.path("outcome").asText());
      results.add(refused ? problem(result.path("error"), OK) : Result.STORED);
    }
    return results.size() == count
        ? results
        : Collections.nCopies(count, new Result("an answer that is not understood", false));
  }

  private static Result problem(JsonNode problem, int status) {
    String code = problem.path("code").asText("status " + status);
    boolean busy = status == TOO_MANY || status >= SERVER_ERRORS;
    String detail = problem.path("detail").asText();
    String text = detail.isEmpty() ? code : code + ": " + detail;
    return new Result(text, problem.path("retryable").asBoolean(busy));
  }

  private static JsonNode body(Buffer body) {
    try {
      return JSON.readTree(body.getBytes());
    } catch (IOException e) {
      return JSON.missingNode();
    }
  }
}
