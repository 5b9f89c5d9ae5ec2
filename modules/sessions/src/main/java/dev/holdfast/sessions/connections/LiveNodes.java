package dev.holdfast.sessions.connections;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.holdfast.connections.NodeInfo;
import dev.holdfast.core.NodeId;
import dev.holdfast.redis.Keys;
import dev.holdfast.redis.RedisLink;
import dev.holdfast.redis.Reply;
import io.vertx.core.Future;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the nodes that hold a lease, and what they say of themselves: for the operator, and for a
 * node that is about to join them.
 */
public final class LiveNodes {
  private static final NodeInfo UNKNOWN = new NodeInfo("unknown", "unknown");
  private static final ObjectMapper JSON =
      new ObjectMapper().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

  private LiveNodes() {}

  /**
   * @return the nodes that live by Redis' time, in no order; fails as the link does
   */
  public static Future<Map<NodeId, NodeInfo>> read(RedisLink link) {
    return link.send("TIME")
        .map(time -> time.at(0).asLong() * 1_000)
        .compose(now -> link.send("ZRANGEBYSCORE", Keys.leases(), "(" + now, "+inf"))
        .map(Reply::list)
        .compose(live -> live.isEmpty() ? Future.succeededFuture(Map.of()) : infos(link, live));
  }

  private static Future<Map<NodeId, NodeInfo>> infos(RedisLink link, List<Reply> live) {
    List<String> names = live.stream().map(Reply::asText).toList();
    Object[] args = new Object[names.size() + 1];
    args[0] = Keys.nodeInfo();
    System.arraycopy(names.toArray(), 0, args, 1, names.size());
    return link.send("HMGET", args).map(infos -> together(names, infos.list()));
  }

  private static Map<NodeId, NodeInfo> together(List<String> names, List<Reply> infos) {
    Map<NodeId, NodeInfo> nodes = new LinkedHashMap<>();
    for (int i = 0; i < names.size(); i++) {
      nodes.put(NodeId.parse(names.get(i)), info(infos.get(i)));
    }
    return nodes;
  }

  private static NodeInfo info(Reply reply) {
    try {
      return reply.isNull() ? UNKNOWN : JSON.readValue(reply.asText(), NodeInfo.class);
    } catch (JsonProcessingException e) {
      return UNKNOWN;
    }
  }
}
