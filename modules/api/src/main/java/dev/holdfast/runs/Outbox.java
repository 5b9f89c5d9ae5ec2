package dev.holdfast.runs;

import dev.holdfast.core.HoldfastException;
import dev.holdfast.runs.WorkMessage.Events;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The events of a run that wait to be sent, and the batch that is under way. Confined to the
 * worker's context.
 */
final class Outbox {
  /** Most characters that wait to be sent. */
  private static final long MOST_WAITING = 4 << 20;

  /** Room beside that for the event that ends the run. */
  private static final long ROOM_TO_END = Events.MOST_CHARS;

  private final Deque<Event> waiting = new ArrayDeque<>();
  private List<Event> underWay = List.of();
  private long waitingChars;

  /** An event as JSON, what its sender waits for, and whether it ends the run. */
  record Event(String json, Promise<Void> stored, boolean ends) {
    Event(String json) {
      this(json, Promise.promise(), Terminal.is(json));
    }
  }

  boolean hasRoomFor(Event one) {
    long room = one.ends() ? MOST_WAITING + ROOM_TO_END : MOST_WAITING;
    return waitingChars + one.json().length() <= room;
  }

  void add(Event one) {
    waiting.add(one);
    waitingChars += one.json().length();
  }

  /** Makes a batch of what waits. Returns false if one is under way, or nothing waits. */
  boolean next() {
    if (isUnderWay() || waiting.isEmpty()) {
      return false;
    }
    List<Event> batch = new ArrayList<>();
    long chars = 0;
    while (!waiting.isEmpty() && batch.size() < Events.MOST_EVENTS) {
      int length = waiting.peek().json().length();
      if (!batch.isEmpty() && chars + length > Events.MOST_CHARS) {
        break;
      }
      chars += length;
      Event one = waiting.remove();
      batch.add(one);
      if (one.ends()) {
        break; // nothing may follow on it in its batch
      }
    }
    waitingChars -= chars;
    underWay = batch;
    return true;
  }

  boolean isUnderWay() {
    return !underWay.isEmpty();
  }

  boolean isEndUnderWay() {
    return underWay.stream().anyMatch(Event::ends);
  }

  /** Returns the batch that is under way, as JSON. */
  List<String> underWay() {
    return underWay.stream().map(Event::json).toList();
  }

  /** The batch that is under way is stored. */
  void stored() {
    List<Event> all = underWay;
    underWay = List.of();
    all.forEach(one -> one.stored().complete());
  }

  /** Fails all that is under way, and all that waits; what is added meanwhile is kept. */
  void fail(HoldfastException failure) {
    List<Event> sent = underWay;
    List<Event> behind = takeWaiting();
    underWay = List.of();
    sent.forEach(one -> one.stored().fail(failure));
    behind.forEach(one -> one.stored().fail(failure));
  }

  /** Fails all that waits. */
  void failWaiting(HoldfastException failure) {
    takeWaiting().forEach(one -> one.stored().fail(failure));
  }

  private List<Event> takeWaiting() {
    List<Event> all = List.copyOf(waiting);
    waiting.clear();
    waitingChars = 0;
    return all;
  }
}
