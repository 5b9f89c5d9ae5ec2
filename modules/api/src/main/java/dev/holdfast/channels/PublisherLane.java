package dev.holdfast.channels;

import dev.holdfast.channels.ChannelMessage.Item;
import dev.holdfast.channels.ChannelMessage.Result;
import dev.holdfast.core.Caller;
import dev.holdfast.core.Channel;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Ids;
import dev.holdfast.core.Position;
import dev.holdfast.core.bus.ServiceClient;
import dev.holdfast.core.process.BackOff;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The publications of one {@link ServicePublisher} in one channel that are not answered, in order.
 * Confined to its context.
 *
 * <p>Numbers are given when a batch is sent: the first that is unanswered has {@code next}. An
 * answer out_of_sequence contains the number to go on with. What is stored is answered as a
 * duplicate, so that nothing is stored twice.
 */
final class PublisherLane {
  private static final int MAX_BATCH = 128;
  private static final int MAX_BATCH_CHARS = 256 << 10;

  /** The most doublings of the patience while there is no answer. */
  private static final int MOST_PATIENCE = 3;

  private static final BackOff BACK_OFF = new BackOff(20, 1_000);

  private final Vertx vertx;
  private final Caller.Service service;
  private final Channel channel;
  private final ServiceClient client;
  private final ServicePublisherConfig config;
  private final ArrayDeque<Pending> pending = new ArrayDeque<>();
  private Publisher publisher;
  private long next = 1;
  private int failures;
  private int batchLimit = MAX_BATCH;
  private int timeouts;
  private boolean underWay;
  private boolean collecting;
  private long usedAt = System.nanoTime();

  PublisherLane(
      Vertx vertx,
      Caller.Service service,
      Channel channel,
      ServiceClient client,
      ServicePublisherConfig config) {
    this.vertx = vertx;
    this.service = service;
    this.channel = channel;
    this.client = client;
    this.config = config;
    this.publisher = fresh();
  }

  private record Pending(
      String event, String data, Promise<@Nullable Position> promise, long since) {}

  private static Publisher fresh() {
    return new Publisher("p-" + Ids.fresh(), 1);
  }

  void add(String event, String data, Promise<@Nullable Position> promise) {
    usedAt = System.nanoTime();
    if (pending.size() >= config.maxPending()) {
      promise.fail(
          new HoldfastException(ErrorCode.RATE_LIMITED, "too many unanswered in " + channel));
      return;
    }
    pending.add(new Pending(event, data, promise, usedAt));
    if (!collecting) {
      collecting = true;
      vertx.runOnContext(collected -> sendCollected());
    }
  }

  /** Sends what was published in one run of the event loop together. */
  private void sendCollected() {
    collecting = false;
    send();
  }

  boolean idleSince(long nanoTime) {
    return pending.isEmpty() && !underWay && usedAt - nanoTime < 0;
  }

  private void send() {
    if (underWay || pending.isEmpty()) {
      return;
    }
    underWay = true;
    Publisher sentAs = publisher;
    List<Item> batch = batch();
    client
        .ask(new ChannelMessage.Publish(service, null, channel, sentAs, batch), patience())
        .onSuccess(published -> answered(sentAs, published.results()))
        .onFailure(failure -> unanswered(HoldfastException.from(failure)));
  }

  private Duration patience() {
    return config.requestTimeout().multipliedBy(1L << timeouts);
  }

  private List<Item> batch() {
    List<Item> batch = new ArrayList<>();
    long n = next;
    int chars = 0;
    for (Pending one : pending) {
      chars += one.data().length();
      if (batch.size() == batchLimit || (chars > MAX_BATCH_CHARS && !batch.isEmpty())) {
        break;
      }
      batch.add(new Item(n++, one.event(), one.data(), false));
    }
    return batch;
  }

  private void answered(Publisher sentAs, List<Result> results) {
    underWay = false;
    timeouts = 0;
    batchLimit = Math.min(MAX_BATCH, 2 * batchLimit);
    if (!sentAs.equals(publisher)) {
      return;
    }
    Iterator<Result> each = results.iterator();
    while (each.hasNext() && !pending.isEmpty()) {
      Result result = each.next();
      ErrorCode refused = result.refused();
      if (refused == null) {
        failures = 0;
        next++;
        pending.poll().promise().complete(result.position());
      } else {
        refused(refused, result);
        return;
      }
    }
    send();
  }

  /** The first refusal stops the batch: what follows it is out of sequence. */
  private void refused(ErrorCode code, Result result) {
    if (code == ErrorCode.OUT_OF_SEQUENCE) {
      renumber(result.expected());
      send();
    } else if (code == ErrorCode.FENCED) {
      renew();
    } else if (code.retryable && code != ErrorCode.STORE_FULL) {
      backOff();
    } else {
      pending.poll().promise().fail(result.refusal());
      numberAnew(next);
      send();
    }
  }

  /** A store that has forgotten later numbers gets lower ones. */
  private void renumber(long expected) {
    if (expected != next) {
      numberAnew(expected);
    }
  }

  /**
   * Gives a number to another publication than before: under a new generation, as a request of
   * before may be under way somewhere, and take it. The first goes alone, since another one would
   * be stored before it if exactly its number is taken.
   */
  private void numberAnew(long from) {
    publisher = new Publisher(publisher.id(), publisher.generation() + 1);
    next = from;
    batchLimit = 1;
  }

  private void unanswered(HoldfastException failure) {
    underWay = false;
    if (failure.code() == ErrorCode.TIMEOUT) {
      askForLess();
    }
    if (failure.code().retryable) {
      backOff();
      return;
    }
    Pending first = pending.poll();
    if (first != null) {
      first.promise().fail(failure);
      numberAnew(next);
    }
    send();
  }

  /**
   * A store that is slow is given less to do at once, and more time: otherwise what took longer
   * than the time-out would be sent again for ever, and keep the store busy with it.
   */
  private void askForLess() {
    batchLimit = Math.max(1, batchLimit / 2);
    timeouts = Math.min(timeouts + 1, MOST_PATIENCE);
  }

  private void backOff() {
    if (expired()) {
      giveUp();
      return;
    }
    underWay = true;
    failures++;
    vertx.setTimer(BACK_OFF.delay(failures), timer -> again());
  }

  private void again() {
    underWay = false;
    send();
  }

  private boolean expired() {
    Pending first = pending.peek();
    return first != null && System.nanoTime() - first.since() > config.deliveryTimeout().toNanos();
  }

  /**
   * Everything unanswered fails; what comes next has a fresh publisher, which an old answer can't
   * confuse.
   */
  void giveUp() {
    List<Pending> given = List.copyOf(pending);
    pending.clear();
    renew();
    for (Pending one : given) {
      one.promise()
          .fail(new HoldfastException(ErrorCode.TIMEOUT, channel + ": given up, outcome unknown"));
    }
  }

  private void renew() {
    publisher = fresh();
    next = 1;
    failures = 0;
    send();
  }
}
