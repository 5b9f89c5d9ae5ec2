package dev.holdfast.redis.queue;

import dev.holdfast.redis.queue.Calls.Call;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Calls that wait to be written. Groups take turns; within each group the order is kept. A group is
 * a tenant: one that asks for much waits behind itself. The wire's own calls have no group and go
 * first. Confined to the wire's thread.
 */
public final class FairQueue {
  private final ArrayDeque<Call> first = new ArrayDeque<>();
  private final Map<String, ArrayDeque<Call>> groups = new HashMap<>();
  private final ArrayDeque<String> turns = new ArrayDeque<>();
  private int size;

  /**
   * Returns the group of a key: the begin of its hash tag, which is the name for a tenant's keys.
   * Empty for a key that is not ours.
   */
  public static String group(@Nullable Object key) {
    if (!(key instanceof String name)) {
      return "";
    }
    int begin = name.indexOf('{') + 1;
    int end = begin;
    while (begin > 0 && end < name.length() && ":/!}".indexOf(name.charAt(end)) < 0) {
      end++;
    }
    return name.substring(begin, end);
  }

  public int size() {
    return size;
  }

  public int size(String group) {
    ArrayDeque<Call> waiting = groups.get(group);
    return waiting == null ? 0 : waiting.size();
  }

  public void add(Call call) {
    size++;
    String name = call.group();
    if (name == null) {
      first.add(call);
      return;
    }
    ArrayDeque<Call> group = groups.get(name);
    if (group == null) {
      group = new ArrayDeque<>();
      groups.put(name, group);
      turns.add(name);
    }
    group.add(call);
  }

  /** Removes and returns the next call. */
  @Nullable Call poll() {
    return poll(group -> true);
  }

  /**
   * Removes and returns the next call of a group that is admitted. Others are passed over and keep
   * their turn.
   */
  @Nullable Call poll(Predicate<String> may) {
    if (!first.isEmpty()) {
      size--;
      return first.poll();
    }
    for (int left = turns.size(); left > 0; left--) {
      String name = turns.poll();
      if (may.test(name)) {
        return poll(name);
      }
      turns.add(name);
    }
    return null;
  }

  private @Nullable Call poll(String name) {
    ArrayDeque<Call> group = waiting(name);
    Call call = group.poll();
    size--;
    if (group.isEmpty()) {
      groups.remove(name);
    } else {
      turns.add(name);
    }
    return call;
  }

  /** Returns the calls of a group that has a turn; it has at least one. */
  private ArrayDeque<Call> waiting(String name) {
    return Objects.requireNonNull(groups.get(name), name);
  }

  /**
   * Removes and returns the calls at the head of their groups, in order, as long as the condition
   * holds.
   */
  List<Call> takeWhile(Predicate<Call> holds) {
    List<Call> taken = new ArrayList<>();
    take(first, holds, taken);
    for (String name : List.copyOf(turns)) {
      ArrayDeque<Call> group = waiting(name);
      take(group, holds, taken);
      if (group.isEmpty()) {
        groups.remove(name);
        turns.remove(name);
      }
    }
    size -= taken.size();
    return taken;
  }

  private static void take(ArrayDeque<Call> group, Predicate<Call> holds, List<Call> taken) {
    while (!group.isEmpty() && holds.test(group.peek())) {
      taken.add(group.poll());
    }
  }
}
