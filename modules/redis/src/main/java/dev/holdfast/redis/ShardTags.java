package dev.holdfast.redis;

import dev.holdfast.redis.topology.ServerAddress;
import dev.holdfast.redis.topology.Slots;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Hash tags of keys that have to be at the server of another key, without being in its slot. Their
 * slots are spread evenly, so that every shard of usual size serves one of them at least.
 */
public final class ShardTags {
  private static final int NUMBER = 64;

  /** Most tags of one master: the slot of one may be on its way, those of others are not then. */
  private static final int MOST = 4;

  /** All of them; always the same. No tenant's name begins so. */
  public static final List<String> ALL = all();

  private ShardTags() {}

  private static List<String> all() {
    List<String> tags = new ArrayList<>(NUMBER);
    for (int part = 0; part < NUMBER; part++) {
      int n = 0;
      while (part(tag(n)) != part) {
        n++;
      }
      tags.add(tag(n));
    }
    return List.copyOf(tags);
  }

  private static String tag(int n) {
    return "@" + n;
  }

  private static int part(String tag) {
    return Slots.of(tag) / (Slots.COUNT / NUMBER);
  }

  /**
   * Returns tags of each master that serves one: up to four, with blanks between them.
   *
   * @param owners returns the master of a slot; none: nobody serves it
   */
  static Map<ServerAddress, String> of(IntFunction<@Nullable ServerAddress> owners) {
    Map<ServerAddress, String> tags = new HashMap<>();
    for (String tag : ALL) {
      ServerAddress owner = owners.apply(Slots.of(tag));
      if (owner != null) {
        tags.merge(owner, tag, ShardTags::and);
      }
    }
    return tags;
  }

  private static String and(String before, String next) {
    return before.split(" ").length < MOST ? before + " " + next : before;
  }
}
