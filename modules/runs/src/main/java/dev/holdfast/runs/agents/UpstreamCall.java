package dev.holdfast.runs.agents;

import dev.holdfast.core.process.BackOff;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One question to an agent, until its answer has ended. Tried again while nothing of the answer has
 * come: if the agent can't be reached or has no time, and also if it fails, where the question may
 * be repeated. Confined to its context.
 */
final class UpstreamCall {
  /** Most bytes of an answer: a run is full long before, if it is not wasteful. */
  static final long MOST_BYTES = 128L << 20;

  private static final int MOST_TRIES = 6;
  private static final BackOff BACK_OFF = new BackOff(500, 8_000);
  private static final long MOST_WAIT_MS = 20_000;

  /** A connection whose answer is complete may be used again if it also ends. */
  private static final long LATE_END_MS = 1_000;

  private static final int OK = 200;
  private static final int REDIRECTS = 300;
  private static final int REFUSALS = 400;
  private static final int TOO_MANY = 429;
  private static final int FAILURES = 500;
  private static final int UNAVAILABLE = 503;

  private final Upstream upstream;
  private final Endpoint endpoint;
  private final Question question;
  private final String attempt;
  private final @Nullable String context;
  private final Promise<Void> done = Promise.promise();
  private final EventStream stream;
  private @Nullable HttpClientRequest request;
  private @Nullable HttpClientResponse response;
  private boolean closed;
  private boolean held;
  private int tries;
  private long bytes;

  /**
   * @param attempt names the run and the attempt, so that an agent knows a repetition
   * @param context says who asks, signed; none: it is not said
   */
  UpstreamCall(
      Upstream upstream,
      Endpoint endpoint,
      Question question,
      String attempt,
      @Nullable String context) {
    this.upstream = upstream;
    this.endpoint = endpoint;
    this.question = question;
    this.attempt = attempt;
    this.context = context;
    this.stream = new EventStream(this::event);
  }

  /** Asks. Completes when the answer is complete; fails with an {@link AgentException}. */
  Future<Void> start() {
    open();
    return done.future();
  }

  /** Closes the connection, whatever has come; the question's future does not complete then. */
  void close() {
    closed = true;
    if (request != null) {
      request.reset();
    }
  }

  /** Returns whether the question may go to the agent once more. */
  boolean mayRepeat() {
    return request == null || question.repeatable();
  }

  /** Reads on, or waits. */
  void flow(boolean goOn) {
    held = !goOn;
    if (response != null && goOn) {
      response.resume();
    } else if (response != null) {
      response.pause();
    }
  }

  private void open() {
    if (closed) {
      return;
    }
    tries++;
    upstream.open(endpoint).onSuccess(this::send).onFailure(this::notOpened);
  }

  private void notOpened(Throwable failure) {
    AgentException named =
        failure instanceof AgentException known
            ? known
            : new AgentException(AgentException.UNREACHABLE, "The agent can't be reached.");
    upstream.count(endpoint, "none");
    again(named, named.code().equals(AgentException.UNREACHABLE), 0);
  }

  private void send(HttpClientRequest opened) {
    if (closed) {
      opened.reset();
      return;
    }
    request = opened;
    opened.exceptionHandler(failure -> {}); // the future of the answer has it
    opened.putHeader("content-type", "application/json");
    opened.putHeader("accept", "text/event-stream");
    opened.putHeader("idempotency-key", attempt);
    String authorization = endpoint.authorization();
    if (authorization != null) {
      opened.putHeader("authorization", authorization);
    }
    if (context != null) {
      opened.putHeader(RunContext.HEADER, context);
    }
    opened.send(question.body()).onSuccess(this::answered).onFailure(failure -> notAnswered());
  }

  private void notAnswered() {
    upstream.count(endpoint, "none");
    again(
        new AgentException(AgentException.CUT, "The agent closed the connection unanswered."),
        question.repeatable(),
        0);
  }

  private void answered(HttpClientResponse answer) {
    answer.exceptionHandler(cut -> {});
    int status = answer.statusCode();
    upstream.count(endpoint, Integer.toString(status));
    if (closed) {
      return;
    }
    if (status == OK) {
      read(answer);
      return;
    }
    answer.request().reset();
    boolean mayRepeat =
        status == TOO_MANY || status == UNAVAILABLE || status >= FAILURES && question.repeatable();
    String code = mayRepeat ? AgentException.BUSY : AgentException.REFUSED;
    boolean redirects = status >= REDIRECTS && status < REFUSALS;
    String text = redirects ? ", a redirect, which is not followed." : ".";
    AgentException failure = new AgentException(code, "The agent answered " + status + text);
    again(failure, mayRepeat, seconds(answer.getHeader("retry-after")) * 1_000);
  }

  private static long seconds(@Nullable String header) {
    return header != null && header.matches("\\d{1,6}") ? Long.parseLong(header) : 0;
  }

  private void again(AgentException failure, boolean mayRepeat, long wait) {
    request = null;
    if (closed) {
      return;
    }
    if (!mayRepeat || tries == MOST_TRIES || wait > MOST_WAIT_MS) {
      fail(failure);
      return;
    }
    long delay = Math.max(wait, BACK_OFF.delay(tries - 1));
    upstream.vertx().setTimer(delay, timer -> open());
  }

  private void read(HttpClientResponse answer) {
    response = answer;
    String type = String.valueOf(answer.getHeader("content-type")).toLowerCase(Locale.ROOT);
    if (!type.split(";", 2)[0].strip().equals("text/event-stream")) {
      fail(
          new AgentException(
              AgentException.BAD_ANSWER, "The agent's answer is not an event stream."));
      return;
    }
    answer.exceptionHandler(cut -> over());
    answer.endHandler(end -> over());
    answer.handler(this::piece);
    guarded(question::begins);
    flow(!held);
  }

  private void piece(Buffer piece) {
    if (closed || question.isComplete()) {
      return;
    }
    bytes += piece.length();
    if (bytes > MOST_BYTES) {
      fail(
          new AgentException(
              AgentException.TOO_LARGE, "The agent's answer is over " + MOST_BYTES + " bytes."));
      return;
    }
    guarded(() -> stream.read(piece));
    if (!closed && question.isComplete()) {
      upstream.vertx().setTimer(LATE_END_MS, timer -> close());
      done.tryComplete();
    }
  }

  private void event(String data) {
    if (!closed && !question.isComplete()) {
      question.event(data);
    }
  }

  /** The answer has ended, in order or not. */
  private void over() {
    request = null; // its connection may be another's by now
    if (closed || question.isComplete()) {
      return;
    }
    guarded(
        () -> {
          stream.end();
          question.ends();
          done.tryComplete();
        });
  }

  private void guarded(Runnable step) {
    try {
      step.run();
    } catch (AgentException e) {
      fail(e);
    } catch (RuntimeException e) {
      done.tryFail(e);
      close();
    }
  }

  private void fail(AgentException failure) {
    done.tryFail(failure);
    close();
  }
}
