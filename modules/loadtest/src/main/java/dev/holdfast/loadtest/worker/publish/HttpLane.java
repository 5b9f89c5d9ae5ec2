package dev.holdfast.loadtest.worker.publish;

import dev.holdfast.loadtest.worker.measure.Clock;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Publications of one channel over HTTP, in order: one request is under way, the others wait for
 * the next. A request without a good answer is sent again as it was, to the next address, with its
 * key, so that it is stored once. After a minute it is given up, with all that waits behind it.
 * Confined to one event loop.
 */
final class HttpLane {
  private static final int MOST = 100;
  private static final int MOST_CHARS = 800_000;
  private static final int MOST_WAITING = 100_000;
  private static final long GIVE_UP_MICROS = 60_000_000;
  private static final long FIRST_PAUSE_MS = 20;
  private static final int MOST_DOUBLINGS = 6;

  private final Vertx vertx;
  private final HttpTarget target;
  private final Clock clock;
  private final String name;
  private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
  private List<Waiting> underWay = List.of();
  private String body = "";
  private int failures;
  private boolean busy;
  private boolean closed;

  /**
   * @param name unique in the run
   */
  HttpLane(Vertx vertx, HttpTarget target, Clock clock, String name) {
    this.vertx = vertx;
    this.target = target;
    this.clock = clock;
    this.name = name;
  }

  private record Waiting(Publication publication, long since, Promise<Void> promise) {}

  Future<Void> publish(Publication publication, long now) {
    if (closed || waiting.size() >= MOST_WAITING) {
      return Future.failedFuture("http: too many wait in a channel");
    }
    Promise<Void> promise = Promise.promise();
    waiting.add(new Waiting(publication, now, promise));
    if (!busy) {
      busy = true;
      // What else is due at this moment goes with it.
      vertx.runOnContext(later -> next());
    }
    return promise.future();
  }

  private void next() {
    underWay = batch();
    busy = !underWay.isEmpty();
    if (busy) {
      body = body(underWay, clock.micros());
      post();
    }
  }

  private List<Waiting> batch() {
    List<Waiting> batch = new ArrayList<>();
    int chars = 0;
    while (!waiting.isEmpty() && batch.size() < MOST) {
      chars += waiting.peek().publication().payload() + name.length();
      if (chars > MOST_CHARS && !batch.isEmpty()) {
        break;
      }
      batch.add(waiting.poll());
    }
    return batch;
  }

  private static String body(List<Waiting> batch, long now) {
    var text = new StringBuilder("{\"publications\":[");
    String separator = "";
    for (Waiting one : batch) {
      Publication publication = one.publication();
      text.append(separator).append("{\"channel\":\"");
      text.append(publication.channel().channel.name()).append("\",\"event\":\"");
      text.append(Publication.EVENT).append("\",\"data\":");
      text.append(publication.data(now)).append('}');
      separator = ",";
    }
    return text.append("]}").toString();
  }

  private void post() {
    List<Waiting> batch = underWay;
    String key = name + "/" + batch.get(0).publication().number();
    target
        .post(key, body)
        .onSuccess(answer -> answered(batch, answer))
        .onFailure(failure -> again(batch, "http: " + failure.getMessage()));
  }

  private void answered(List<Waiting> batch, HttpTarget.Answer answer) {
    if (batch != underWay) {
      return;
    }
    List<HttpResults.Result> results = HttpResults.read(answer, batch.size());
    for (HttpResults.Result result : results) {
      if (result.retryable()) {
        again(batch, "http: " + result.refused());
        return;
      }
    }
    failures = 0;
    for (int i = 0; i < results.size(); i++) {
      settle(batch.get(i).promise(), results.get(i).refused());
    }
    next();
  }

  private static void settle(Promise<Void> promise, @Nullable String refused) {
    if (refused == null) {
      promise.complete();
    } else {
      promise.fail("http: " + refused);
    }
  }

  private void again(List<Waiting> batch, String reason) {
    if (batch != underWay) {
      return;
    }
    if (clock.micros() - batch.get(0).since() > GIVE_UP_MICROS) {
      giveUp(reason);
      return;
    }
    target.next();
    long most = FIRST_PAUSE_MS << failures;
    failures = Math.min(MOST_DOUBLINGS, failures + 1);
    long pause = most / 2 + ThreadLocalRandom.current().nextLong(most / 2 + 1);
    vertx.setTimer(
        pause,
        timer -> {
          if (batch == underWay) {
            post();
          }
        });
  }

  /** Gives up all publications for good. */
  void giveUp() {
    closed = true;
    giveUp("http: given up, it is not known whether it is stored");
  }

  private void giveUp(String reason) {
    List<Waiting> given = new ArrayList<>(underWay);
    given.addAll(waiting);
    waiting.clear();
    underWay = List.of();
    busy = false;
    failures = 0;
    given.forEach(one -> one.promise().fail(reason));
  }
}
