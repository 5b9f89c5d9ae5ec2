package dev.holdfast.channels.log;

import dev.holdfast.core.Channel;
import dev.holdfast.core.NodeId;
import dev.holdfast.core.bounds.Budget;
import dev.holdfast.redis.Reply;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Which nodes read the channels that many nodes read, as the last appends answered it, each list
 * with its version. Redis names the readers again only if the version has changed: a hundred names
 * would take four times as long as the append. Bounded in bytes; the least recently used goes. Used
 * on the context of its store.
 */
public final class KnownReaders {
  /** Fewer readers than these are as quickly answered. */
  static final int LEAST = 4;

  /** Bytes of an entry, and of each of its readers, generously. */
  private static final int ENTRY = 256;

  private static final int READER = 96;

  private static final Known NOBODY = new Known("", List.of());

  private final Budget.@Nullable Share room;
  private final BooleanSupplier older;
  private final Map<Channel, Known> known = new LinkedHashMap<>(16, 0.75f, true);

  /**
   * Readers of one channel.
   *
   * @param version empty: nothing is known
   */
  record Known(String version, List<NodeId> nodes) {
    long bytes() {
      return ENTRY + (long) READER * nodes.size();
    }
  }

  /**
   * @param room for all of them
   * @param older returns whether nodes of a build may live that change readers without a version;
   *     nothing is known then
   */
  public KnownReaders(Budget.@Nullable Share room, BooleanSupplier older) {
    this.room = room;
    this.older = older;
  }

  /** Returns one that knows nothing. */
  static KnownReaders none() {
    return new KnownReaders(null, () -> true);
  }

  Known of(Channel channel) {
    return older.getAsBoolean() ? NOBODY : known.getOrDefault(channel, NOBODY);
  }

  /**
   * Returns the readers that an append answered.
   *
   * @param asked what was known when the append was written
   */
  List<NodeId> answered(Channel channel, Known asked, String version, Reply nodes) {
    if (!version.isEmpty() && version.equals(asked.version())) {
      return asked.nodes();
    }
    var fresh = new Known(version, parsed(nodes));
    put(channel, fresh);
    return fresh.nodes();
  }

  private void put(Channel channel, Known fresh) {
    Known before = known.remove(channel);
    if (before != null) {
      give(before);
    }
    if (room != null && !fresh.version().isEmpty() && fresh.nodes().size() >= LEAST) {
      room.take(fresh.bytes());
      known.put(channel, fresh);
      Iterator<Known> eldest = known.values().iterator();
      while (room.isOver()) {
        give(eldest.next());
        eldest.remove();
      }
    }
  }

  private void give(Known one) {
    if (room != null) {
      room.give(one.bytes());
    }
  }

  static List<NodeId> parsed(Reply reply) {
    List<NodeId> nodes = new ArrayList<>(reply.size());
    for (Reply node : reply.list()) {
      nodes.add(NodeId.parse(node.asText()));
    }
    return nodes;
  }
}
