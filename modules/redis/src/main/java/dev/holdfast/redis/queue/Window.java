package dev.holdfast.redis.queue;

import dev.holdfast.redis.queue.Calls.Call;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The calls that are written and not answered, the oldest first: so many, and so many bytes, as
 * whoever's turn comes next waits for them. Where several groups ask, one has a part of the window:
 * a flood that came first would otherwise have all of it. Confined to the wire's thread.
 */
final class Window implements Iterable<Call> {
  /** The most calls: enough for a round trip of a millisecond at more than a server does. */
  static final int CALLS = 512;

  /** The most bytes, or a single call. Enough, too, if calls are large: 17 of 60 KB. */
  static final long BYTES = 1 << 20;

  /** One of several groups has this part of each, so it is the next one's turn after as much. */
  static final int PART = 4;

  /** After so many ticks without another group, one is alone. */
  static final int ALONE_TICKS = 8;

  /** A character in the name of a life of a node, and in no tenant's. */
  private static final char NODE = '@';

  private final ArrayDeque<Call> written = new ArrayDeque<>();
  private final Map<String, Taken> groups = new HashMap<>();
  private long bytes;
  private @Nullable String asked;
  private boolean mixed;
  private long mixedTick;

  /** The part of one group. */
  private static final class Taken {
    int calls;
    long bytes;
  }

  int size() {
    return written.size();
  }

  /**
   * A call of this group has come; none: of the wire itself. The server's figures, and what is
   * listed of a node, are no other tenant's.
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

  /** Returns whether a group may have one more call written; the wire itself always may. */
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

  /** Takes the oldest out. */
  @Nullable Call poll() {
    Call call = written.poll();
    if (call != null) {
      left(call);
    }
    return call;
  }

  /**
   * Takes one of the last out.
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
