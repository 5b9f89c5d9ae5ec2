package dev.holdfast.gateway.subscription;

import dev.holdfast.channels.fanout.Start;
import dev.holdfast.channels.fanout.Subscription;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.Position;
import dev.holdfast.limits.Place;
import dev.holdfast.protocol.EncodedFrame;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One channel as one connection reads it: its state (placed, begun, ended) and its acknowledged
 * cursor.
 */
final class Reading {
  final ChannelName name;
  final Start start;
  private Promise<Void> settled = Promise.promise();
  private boolean putOff;
  private int tries;
  private boolean stored;
  private @Nullable Subscription subscription;
  private boolean begun;
  private boolean ended;
  private @Nullable Position acked;
  private @Nullable Position saved;
  private @Nullable Place place;
  private @Nullable EncodedFrame snapshot;
  private boolean granted;

  /**
   * @param stored whether the session's record has this channel, with a cursor
   */
  Reading(ChannelName name, Start start, boolean stored) {
    this.name = name;
    this.start = start;
    this.stored = stored;
  }

  /** Holds without the user's own permission. */
  Reading granted() {
    granted = true;
    return this;
  }

  boolean isGranted() {
    return granted;
  }

  /** Begins with a frame that stands for what came before. */
  Reading beginningWith(EncodedFrame frame) {
    snapshot = frame;
    return this;
  }

  /** Takes the frame that it begins with; none: it begins with an event. */
  @Nullable EncodedFrame takeSnapshot() {
    EncodedFrame taken = snapshot;
    snapshot = null;
    return taken;
  }

  /** Takes its place among its user's and tenant's subscriptions; gives it back at its end. */
  void in(Place taken) {
    place = taken;
  }

  boolean hasPlace() {
    return place != null;
  }

  /** Completes when nothing of it is under way: it has begun, or never will, or is put off. */
  Future<Void> settled() {
    return settled.future();
  }

  /**
   * Notes that it was unavailable, and will be tried again.
   *
   * @return the number of times so far
   */
  int putOff() {
    putOff = true;
    settled.tryComplete();
    return ++tries;
  }

  boolean isPutOff() {
    return putOff;
  }

  /** Notes that it is tried again. */
  void again() {
    putOff = false;
    settled = Promise.promise();
  }

  boolean isEnded() {
    return ended;
  }

  void placed(Subscription opened) {
    if (ended || subscription != null) {
      opened.close();
    } else {
      subscription = opened;
    }
  }

  boolean isPlaced() {
    return subscription != null && !ended;
  }

  boolean isStored() {
    return stored;
  }

  void stored() {
    stored = true;
  }

  private Subscription reader() {
    return Objects.requireNonNull(subscription, "placed before it is read");
  }

  Position position() {
    return reader().position();
  }

  boolean recovered() {
    return reader().recovered();
  }

  /**
   * Returns the cursor to store first: the one asked for, so that a gap that is not reported yet is
   * reported again; if it begins with a snapshot, that of the log's beginning: its client may never
   * get the snapshot.
   */
  Position firstCursor() {
    if (snapshot != null) {
      return reader().position().at(0);
    }
    return start instanceof Start.After after ? after.cursor() : reader().position();
  }

  /** Returns from where another one goes on after this one; none if this one was never placed. */
  @Nullable Position next() {
    if (subscription == null) {
      return null;
    }
    return begun ? position() : firstCursor();
  }

  void begin() {
    begun = true;
    reader().start();
    settled.tryComplete();
  }

  void end() {
    ended = true;
    if (place != null) {
      place.leave();
    }
    if (subscription != null) {
      subscription.close();
    }
    settled.tryComplete();
  }

  /**
   * Acknowledges a cursor.
   *
   * @return whether it moved: forward, and not beyond the last event that this connection was sent
   */
  boolean ack(Position cursor) {
    if (!begun || ended) {
      return false;
    }
    int age = reader().age(cursor);
    Position before = acked;
    if (age < 0 || before != null && !isNewer(cursor, age, before)) {
      return false;
    }
    acked = cursor;
    return true;
  }

  /**
   * Returns whether the cursor is of a later epoch than the acknowledged one, or further in the
   * same.
   */
  private boolean isNewer(Position cursor, int age, Position before) {
    int ageBefore = reader().age(before);
    return ageBefore < 0 || age < ageBefore || age == ageBefore && cursor.seq() > before.seq();
  }

  /** Returns the acknowledged cursor that is not stored yet; none if there is none. */
  @Nullable Position unsaved() {
    return acked == null || acked.equals(saved) ? null : acked;
  }

  void saved(Position cursor) {
    saved = cursor;
  }
}
