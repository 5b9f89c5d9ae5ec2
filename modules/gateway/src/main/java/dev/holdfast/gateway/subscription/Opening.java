package dev.holdfast.gateway.subscription;

import dev.holdfast.channels.fanout.Start;
import dev.holdfast.channels.fanout.Subscription;
import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Position;
import dev.holdfast.gateway.session.ClientLink;
import dev.holdfast.gateway.session.ClientSession;
import dev.holdfast.protocol.EncodedFrame;
import dev.holdfast.protocol.ServerFrames;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens channels for a connection: places each in the log, stores new ones in the session's record,
 * then announces and begins them. Channels of a hello go a few at a time, so that many clients that
 * resume at once don't ask for everything at once. A channel that is unavailable for now is tried
 * again, and keeps no other waiting. Confined to the event loop.
 */
public final class Opening {
  private static final Logger LOG = LoggerFactory.getLogger(Opening.class);
  private static final int AT_ONCE = 4;
  private static final long OPENS_WITHIN_S = 10;
  private static final long LONGEST_WAIT_MS = 10_000;
  private static final long FIRST_WAIT_MS = 250;

  /** Faults of one channel after which the fault is reported. */
  private static final int MOST_FAULTS = 5;

  private final Vertx vertx;
  private final ClientSession session;
  private final ClientLink client;
  private final Readings readings;
  private final SubscriptionRecord stored;
  private final BiFunction<Channel, Start, Future<Subscription>> place;
  private final Deque<Reading> waiting = new ArrayDeque<>();
  private boolean busy;

  /**
   * @param place places a reader in the log of a channel
   */
  public Opening(
      Vertx vertx,
      ClientSession session,
      ClientLink client,
      Readings readings,
      SubscriptionRecord stored,
      BiFunction<Channel, Start, Future<Subscription>> place) {
    this.vertx = vertx;
    this.session = session;
    this.client = client;
    this.readings = readings;
    this.stored = stored;
    this.place = place;
  }

  Readings readings() {
    return readings;
  }

  SubscriptionRecord record() {
    return stored;
  }

  /** Queues a channel, to be opened in its turn. */
  void add(Reading reading) {
    waiting.add(reading);
  }

  /** Opens the channels that wait, unless that is under way. */
  void next() {
    if (busy || waiting.isEmpty() || readings.isClosed()) {
      return;
    }
    busy = true;
    List<Reading> batch = batch();
    List<Future<Void>> placed = new ArrayList<>();
    batch.forEach(reading -> placed.add(place(reading).recover(e -> refused(reading, e))));
    Future.all(placed)
        .compose(all -> store(batch))
        .recover(failure -> notStored(batch, failure))
        .onSuccess(done -> begin(batch))
        .onFailure(client::fail);
  }

  /**
   * Takes the next channels. The session's own three come first and alone: no limit of the others
   * concerns them. Those that are granted come alone, too: they are stored otherwise.
   */
  private List<Reading> batch() {
    List<Reading> batch = new ArrayList<>();
    Reading first = waiting.element();
    boolean own = readings.isOwn(first.name);
    while (batch.size() < AT_ONCE
        && !waiting.isEmpty()
        && readings.isOwn(waiting.element().name) == own
        && waiting.element().isGranted() == first.isGranted()) {
      batch.add(waiting.poll());
    }
    return batch;
  }

  private void begin(List<Reading> batch) {
    busy = false;
    batch.stream().filter(Reading::isPlaced).forEach(this::begin);
    next();
  }

  /**
   * Reports the position from which reading goes on, and goes on. If a snapshot comes first, that
   * is the log's beginning: a client that loses its connection in between has nothing yet.
   */
  void begin(Reading reading) {
    EncodedFrame snapshot = reading.takeSnapshot();
    Position at = reading.position();
    Position has = snapshot == null ? at : at.at(0);
    client.send(ServerFrames.subscribed(reading.name, has, reading.recovered()));
    if (snapshot != null) {
      client.send(snapshot);
    }
    reading.begin();
  }

  /** Places one channel and stores it; {@link #begin} is left to the caller. */
  Future<Void> open(Reading reading) {
    return place(reading).compose(placed -> store(List.of(reading)));
  }

  private Future<Void> place(Reading reading) {
    return place
        .apply(session.channel(reading.name), reading.start)
        .onSuccess(reading::placed)
        .timeout(OPENS_WITHIN_S, TimeUnit.SECONDS)
        .recover(Opening::named)
        .mapEmpty();
  }

  /** Each as it is granted now: that may have changed since it was added. */
  private Future<Void> store(List<Reading> batch) {
    Map<ChannelName, Position> granted = new HashMap<>();
    Map<ChannelName, Position> others = new HashMap<>();
    for (Reading reading : batch) {
      if (reading.isPlaced() && !reading.isStored()) {
        (reading.isGranted() ? granted : others).put(reading.name, reading.firstCursor());
      }
    }
    return Future.join(store(batch, others, stored::add), store(batch, granted, stored::grant))
        .mapEmpty();
  }

  private static Future<?> store(
      List<Reading> batch,
      Map<ChannelName, Position> cursors,
      Function<Map<ChannelName, Position>, Future<?>> how) {
    return cursors.isEmpty()
        ? Future.succeededFuture()
        : how.apply(cursors)
            .onSuccess(done -> cursors.keySet().forEach(name -> stored(batch, name)));
  }

  private static void stored(List<Reading> batch, ChannelName name) {
    batch.stream().filter(reading -> reading.name.equals(name)).forEach(Reading::stored);
  }

  private static Future<Subscription> named(Throwable failure) {
    return Future.failedFuture(
        failure instanceof TimeoutException
            ? new HoldfastException(ErrorCode.TIMEOUT, "a channel does not open")
            : failure);
  }

  /**
   * Reports a channel that can't be read. If the store is unavailable, the channel is tried again
   * for as long as that lasts; if the channel is broken, for some seconds.
   */
  private Future<Void> refused(Reading reading, Throwable failure) {
    ErrorCode code = HoldfastException.from(failure).code();
    int tries = code.retryable && !reading.isEnded() ? reading.putOff() : 0;
    if (tries == 0 || code == ErrorCode.INTERNAL && tries > MOST_FAULTS) {
      drop(reading, code, failure);
    } else {
      long wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS << Math.min(tries - 1, 10));
      long jittered = ThreadLocalRandom.current().nextLong(wait / 2, wait + 1);
      vertx.setTimer(jittered, timer -> again(reading));
    }
    return Future.succeededFuture();
  }

  private void drop(Reading reading, ErrorCode code, Throwable failure) {
    if (code == ErrorCode.INTERNAL) {
      LOG.warn("{} can't be read: {}", session.channel(reading.name), failure.getMessage());
    }
    boolean ended = reading.isEnded();
    readings.drop(reading);
    readings.doubtful(reading.name);
    if (!ended) {
      client.send(ServerFrames.unsubscribed(reading.name, code.wireName()));
    }
  }

  private void again(Reading reading) {
    if (!reading.isEnded() && !readings.isClosed()) {
      reading.again();
      add(reading);
      next();
    }
  }

  /**
   * Handles channels beyond a limit, or without room: a session that resumes goes on without them.
   */
  private Future<Void> notStored(List<Reading> batch, Throwable failure) {
    ErrorCode code = HoldfastException.from(failure).code();
    if (code != ErrorCode.LIMIT_EXCEEDED && code != ErrorCode.STORE_FULL) {
      return Future.failedFuture(failure);
    }
    for (Reading reading : batch) {
      if (!reading.isStored() && !readings.isOwn(reading.name)) {
        drop(reading, code, failure);
      }
    }
    return Future.succeededFuture();
  }
}
