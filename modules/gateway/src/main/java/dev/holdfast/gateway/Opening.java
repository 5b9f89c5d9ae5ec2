package dev.holdfast.gateway;

import dev.holdfast.core.ChannelName;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Position;
import dev.holdfast.protocol.ServerFrames;
import dev.holdfast.sessions.SessionMessage;
import io.vertx.core.Future;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Opens channels for a connection: placed in the log, stored in the session's record where they are
 * new, then announced and begun. Those of a hello go a few at a time, so that many that resume at
 * once don't ask for everything at once. Confined to the event loop.
 */
final class Opening {
  private static final int AT_ONCE = 4;

  private final LiveSession session;
  private final Subscriptions subscriptions;
  private final Deque<Reading> waiting = new ArrayDeque<>();
  private boolean busy;

  Opening(LiveSession session, Subscriptions subscriptions) {
    this.session = session;
    this.subscriptions = subscriptions;
  }

  /** To be opened in its turn. */
  void add(Reading reading) {
    waiting.add(reading);
  }

  /** Opens what waits, unless that is under way. */
  void next() {
    if (busy || waiting.isEmpty() || subscriptions.isClosed()) {
      return;
    }
    busy = true;
    List<Reading> batch = batch();
    List<Future<Void>> placed = new ArrayList<>();
    batch.forEach(reading -> placed.add(place(reading).recover(e -> refused(reading, e))));
    Future.all(placed)
        .compose(all -> store(batch))
        .recover(failure -> notStored(batch, failure))
        .onSuccess(stored -> begin(batch))
        .onFailure(session.connection::fail);
  }

  /** The session's own three come first and alone: no limit of the others concerns them. */
  private List<Reading> batch() {
    List<Reading> batch = new ArrayList<>();
    boolean own = subscriptions.isOwn(waiting.peek().name);
    while (batch.size() < AT_ONCE
        && !waiting.isEmpty()
        && subscriptions.isOwn(waiting.peek().name) == own) {
      batch.add(waiting.poll());
    }
    return batch;
  }

  private void begin(List<Reading> batch) {
    busy = false;
    batch.stream().filter(Reading::isPlaced).forEach(this::begin);
    next();
  }

  /** Tells where reading goes on, and goes on. */
  void begin(Reading reading) {
    session.connection.out.send(
        ServerFrames.subscribed(reading.name, reading.position(), reading.recovered()));
    reading.begin();
  }

  /** Places one channel and stores it; {@link #begin} is left to the caller. */
  Future<Void> open(Reading reading) {
    return place(reading).compose(placed -> store(List.of(reading)));
  }

  private Future<Void> place(Reading reading) {
    return session
        .connection
        .loop
        .fanout
        .open(session.channel(reading.name), reading.start, session.connection.out)
        .onSuccess(reading::placed)
        .mapEmpty();
  }

  private Future<Void> store(List<Reading> batch) {
    Map<ChannelName, Position> cursors = new HashMap<>();
    for (Reading reading : batch) {
      if (reading.isPlaced() && !reading.isStored()) {
        cursors.put(reading.name, reading.firstCursor());
      }
    }
    if (cursors.isEmpty()) {
      return Future.succeededFuture();
    }
    var message = new SessionMessage.Subscribe(session.ref, cursors);
    return session
        .connection
        .loop
        .services
        .sessions()
        .subscribe(message)
        .onSuccess(done -> batch.forEach(Reading::stored))
        .mapEmpty();
  }

  /**
   * A channel that can't be had is told; where the store is away, all may be had by trying again.
   */
  private Future<Void> refused(Reading reading, Throwable failure) {
    ErrorCode code = HoldfastException.from(failure).code();
    if (code.retryable) {
      return Future.failedFuture(failure);
    }
    subscriptions.drop(reading);
    session.connection.out.send(ServerFrames.unsubscribed(reading.name, code.wireName()));
    return Future.succeededFuture();
  }

  private Future<Void> notStored(List<Reading> batch, Throwable failure) {
    if (HoldfastException.from(failure).code() != ErrorCode.LIMIT_EXCEEDED) {
      return Future.failedFuture(failure);
    }
    for (Reading reading : batch) {
      if (!reading.isStored() && !subscriptions.isOwn(reading.name)) {
        refused(reading, failure);
      }
    }
    return Future.succeededFuture();
  }
}
