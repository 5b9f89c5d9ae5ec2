package dev.holdfast.sessions.connections;

import dev.holdfast.connections.NodeInfo;
import dev.holdfast.core.NodeId;
import dev.holdfast.redis.Keys;
import dev.holdfast.redis.RedisLink;
import dev.holdfast.redis.Reply;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The nodes' indexes of sessions, read only. They are hints: an entry is written before its session
 * is attached, so one that is not (yet) true is passed over and never removed here. What is left
 * over goes with its node.
 */
final class NodeIndex {
  private final RedisLink link;

  NodeIndex(RedisLink link) {
    this.link = link;
  }

  /** Returns the nodes that hold a lease, see {@link LiveNodes#read}. */
  Future<Map<NodeId, NodeInfo>> live() {
    return LiveNodes.read(link);
  }

  /** Returns all nodes that have not been buried. */
  Future<Set<NodeId>> nodes() {
    return link.send("ZRANGE", Keys.leases(), 0, -1).map(NodeIndex::nodes);
  }

  /** Returns the first {@code limit} sessions of a tenant on these nodes, in their order. */
  Future<List<String>> sessions(String tenant, Set<NodeId> nodes, String after, int limit) {
    List<Future<Reply>> parts = new ArrayList<>();
    String from = after.isEmpty() ? "[" + tenant + ":" : "(" + tenant + ":" + after;
    for (NodeId node : nodes) {
      String key = Keys.nodeSessions(node);
      parts.add(link.send("ZRANGEBYLEX", key, from, end(tenant), "LIMIT", 0, limit));
    }
    return Future.all(parts).map(done -> merged(tenant, parts, limit));
  }

  /** Counts the sessions of a tenant on these nodes. */
  Future<Long> count(String tenant, Set<NodeId> nodes) {
    List<Future<Reply>> parts = new ArrayList<>();
    for (NodeId node : nodes) {
      String key = Keys.nodeSessions(node);
      parts.add(link.send("ZLEXCOUNT", key, "[" + tenant + ":", end(tenant)));
    }
    return Future.all(parts)
        .map(done -> parts.stream().mapToLong(part -> part.result().asLong()).sum());
  }

  /** The next character after the colon: beyond all members of the tenant. */
  private static String end(String tenant) {
    return "(" + tenant + ";";
  }

  private static List<String> merged(String tenant, List<Future<Reply>> parts, int limit) {
    TreeSet<String> sessions = new TreeSet<>();
    for (Future<Reply> part : parts) {
      part.result().list().forEach(m -> sessions.add(m.asText().substring(tenant.length() + 1)));
    }
    return sessions.stream().limit(limit).toList();
  }

  private static Set<NodeId> nodes(Reply reply) {
    return reply.list().stream()
        .map(node -> NodeId.parse(node.asText()))
        .collect(Collectors.toSet());
  }
}
