package dev.holdfast.redis.queue;

import dev.holdfast.redis.queue.Calls.Call;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The calls that are written and not answered, the oldest first. Their number and bytes are
 * bounded, as the next group has to wait for them. If several groups ask, each gets only a part of
 * the window: otherwise a flood that came first would have all of it. Confined to the wire's
 * thread.
 */
final class Window implements Iterable<Call> {
  /** Most calls: enough for a round trip of a millisecond at more than a server's speed. */
  static final int CALLS = 512;

  /** Most bytes, unless it is a single call. Enough for large calls, too: 17 of 60 KB. */
  static final long BYTES = 1 << 20;

  /** Part of each bound that one of several groups may use before the next one's turn. */
  static final int PART = 4;

  /** Number of ticks without another group after which a group counts as alone. */
  static final int ALONE_TICKS = 8;

  /** A character of the names of nodes' lives that no tenant's name contains. */
  private static final char NODE = '@';

  private final ArrayDeque<Call> written = new ArrayDeque<>();
  private final Map<String, Taken> groups = new HashMap<>();
  private long bytes;
  private @Nullable String asked;
  private boolean mixed;
  private long mixedTick;

  /** The use of the window by one group. */
  private static final class Taken {
    int calls;
    long bytes;
  }

  int size() {
    return written.size();
  }

  /**
   * Notes that a group asks; null: the wire itself. A node's own keys and the server's figures
   * belong to no tenant, and don't count as another group.
   */
  void asks(@Nullable String group, long tick) {
    if (group == null || group.isEmpty() || group.indexOf(NODE) >= 0 || group.equals(asked)) {
      return;
    }
    if (asked != null) {
      mixed = true;
      mixedTick = tick;
    }
    asked = group;
  }

  boolean isFull() {
    return written.size() >= CALLS || bytes >= BYTES;
  }

  /** Returns whether one more call of a group may be written; the wire's own always may. */
  boolean admits(String group, long tick) {
    Taken taken = groups.get(group);
    if (taken == null || !mixed || tick - mixedTick > ALONE_TICKS) {
      return true;
    }
    return taken.calls < CALLS / PART && taken.bytes < BYTES / PART;
  }

  void add(Call call) {
    written.add(call);
    bytes += call.bytes();
    String group = call.group();
    if (group != null) {
      Taken taken = groups.computeIfAbsent(group, first -> new Taken());
      taken.calls++;
      taken.bytes += call.bytes();
    }
  }

  @Nullable Call peek() {
    return written.peek();
  }

  /** Removes and returns the oldest call. */
  @Nullable Call poll() {
    Call call = written.poll();
    if (call != null) {
      left(call);
    }
    return call;
  }

  /**
   * Removes a call, searched from the end.
   *
   * @return whether it was there
   */
  boolean remove(Call call) {
    boolean there = written.removeLastOccurrence(call);
    if (there) {
      left(call);
    }
    return there;
  }

  private void left(Call call) {
    bytes -= call.bytes();
    Taken taken = groups.get(call.group());
    if (taken != null) {
      taken.calls--;
      taken.bytes -= call.bytes();
      if (taken.calls == 0) {
        groups.remove(call.group());
      }
    }
  }

  @Override
  public Iterator<Call> iterator() {
    return written.iterator();
  }
}
