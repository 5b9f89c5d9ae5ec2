package dev.holdfast.gateway.http.publish;

import com.fasterxml.jackson.core.type.TypeReference;
import dev.holdfast.channels.ChannelMessage.Result;
import dev.holdfast.gateway.http.ApiRequest;
import dev.holdfast.gateway.http.ApiResponse;
import dev.holdfast.gateway.http.Problem;
import dev.holdfast.gateway.http.StrictJson;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Takes publications line by line over one request, for as long as it lasts. Each is published as
 * soon as its line is there, in the order of the lines; all are answered at the end. The stream
 * stops at the first line that is not stored, and the answer names the line and the reason.
 * Confined to its event loop.
 *
 * <p>One step is under way at a time. Lines that come meanwhile are kept up to a bound; beyond it
 * the request is not read.
 */
final class PublishStream {
  private static final TypeReference<NewPublication> LINE = new TypeReference<>() {};
  private static final int MOST_AT_ONCE = 100;
  private static final long DRAIN_MS = 5_000;

  private final ApiRequest request;
  private final HttpServerRequest incoming;
  private final Function<List<NewPublication>, Future<List<Result>>> publish;
  private final Lines lines;
  private final Consumer<NewPublication> check;
  private final Promise<ApiResponse> answer = Promise.promise();
  private long stored;
  private long duplicates;
  private long sent;
  private @Nullable JsonObject last;
  private boolean underWay;
  private boolean ended;
  private boolean done;

  /**
   * @param check throws if a publication is too large
   * @param publish never fails: a failure is the result of each publication that it concerns
   */
  PublishStream(
      ApiRequest request,
      Lines lines,
      Consumer<NewPublication> check,
      Function<List<NewPublication>, Future<List<Result>>> publish) {
    this.request = request;
    this.incoming = request.http();
    this.publish = publish;
    this.lines = lines;
    this.check = check;
  }

  /** The next publications, and the fault of the line behind them. */
  private record Step(
      List<NewPublication> publications, List<Integer> lines, @Nullable Problem fault) {}

  Future<ApiResponse> run() {
    incoming.exceptionHandler(gone -> done = true);
    incoming.endHandler(end -> ended());
    incoming.handler(this::read);
    if ("100-continue".equalsIgnoreCase(incoming.getHeader(HttpHeaders.EXPECT))) {
      incoming.response().writeContinue();
    }
    incoming.resume();
    return answer.future();
  }

  /** Takes bytes; those behind a refused line are dropped. */
  private void read(Buffer bytes) {
    if (!done) {
      lines.add(bytes);
      go();
    }
  }

  private void ended() {
    ended = true;
    lines.end();
    go();
  }

  private void go() {
    if (!underWay && !done) {
      Step step = next();
      if (!step.publications().isEmpty()) {
        underWay = true;
        publish
            .apply(step.publications())
            .onSuccess(results -> published(step, results))
            .onFailure(failure -> refuse(Problem.of(failure), step.lines().get(0)));
      } else if (step.fault() != null) {
        refuse(step.fault(), step.lines().get(0));
      } else if (ended) {
        finish();
      }
    }
    if (lines.isFull() && !done) {
      incoming.pause();
    } else {
      incoming.resume();
    }
  }

  /** Takes the lines that are there, up to the first faulty one, which is the last that counts. */
  private Step next() {
    Step step = new Step(new ArrayList<>(), new ArrayList<>(), null);
    while (step.publications().size() < MOST_AT_ONCE) {
      Lines.Line line = lines.next();
      if (line == null) {
        return step;
      }
      step.lines().add(line.number());
      try {
        request.checkToken();
        lines.check(line);
        step.publications().add(publication(line));
      } catch (RuntimeException e) {
        return new Step(step.publications(), step.lines(), Problem.of(e));
      }
    }
    return step;
  }

  private NewPublication publication(Lines.Line line) {
    NewPublication publication = StrictJson.read(line.text(), LINE);
    check.accept(publication);
    return publication;
  }

  private void published(Step step, List<Result> results) {
    underWay = false;
    for (int i = 0; i < results.size() && !done; i++) {
      Result result = results.get(i);
      if (result.refused() == null) {
        count(step.publications().get(i), result);
      } else {
        refuse(Results.problem(result), step.lines().get(i));
      }
    }
    if (step.fault() != null) {
      refuse(step.fault(), step.lines().get(results.size()));
    }
    go();
  }

  private void count(NewPublication publication, Result result) {
    last = Results.json(publication, result);
    if (publication.isVolatile()) {
      sent++;
    } else if (result.duplicate()) {
      duplicates++;
    } else {
      stored++;
    }
  }

  private JsonObject counts() {
    return new JsonObject().put("stored", stored).put("duplicates", duplicates).put("sent", sent);
  }

  private void finish() {
    done = true;
    if (last == null) {
      answer.fail(Problem.badRequest("body: no line"));
    } else {
      answer.complete(
          ApiResponse.json(
              new JsonObject().put("results", new JsonArray().add(last)).put("stream", counts())));
    }
  }

  /** Refuses a line. A client that goes on sending can read the answer for some seconds. */
  private void refuse(Problem problem, int line) {
    if (done) {
      return;
    }
    done = true;
    answer.fail(problem.atLine(line, counts()));
    if (!ended) {
      request.vertx().setTimer(DRAIN_MS, timer -> cut());
    }
  }

  private void cut() {
    if (!ended) {
      incoming.connection().close();
    }
  }
}
