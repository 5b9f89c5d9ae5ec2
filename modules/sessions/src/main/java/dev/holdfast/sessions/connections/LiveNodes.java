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
  /** The field of a node's description that says by what it finds its Redis. */
  public static final String TOPOLOGY = "redis";

  private static final NodeInfo UNKNOWN = new NodeInfo("unknown", "unknown");
  private static final ObjectMapper JSON =
      new ObjectMapper().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

  private LiveNodes() {}

  /**
   * @return the nodes that live by Redis' time, in no order; fails as the link does
   */
  public static Future<Map<NodeId, NodeInfo>> read(RedisLink link) {
    return texts(link).map(LiveNodes::infos);
  }

  /**
   * Reads by what each node that lives finds its Redis, see {@code RedisConfig.topology}.
   *
   * @return without nodes of builds that do not say it; fails as the link does
   */
  public static Future<Map<NodeId, String>> topologies(RedisLink link) {
    return texts(link).map(LiveNodes::topologies);
  }

  private static Future<Map<NodeId, String>> texts(RedisLink link) {
    return link.send("TIME")
        .map(time -> time.at(0).asLong() * 1_000)
        .compose(now -> link.send("ZRANGEBYSCORE", Keys.leases(), "(" + now, "+inf"))
        .map(Reply::list)
        .compose(live -> live.isEmpty() ? Future.succeededFuture(Map.of()) : texts(link, live));
  }

  /** Empty is the text of a node that says nothing. */
  private static Future<Map<NodeId, String>> texts(RedisLink link, List<Reply> live) {
    List<String> names = live.stream().map(Reply::asText).toList();
    Object[] args = new Object[names.size() + 1];
    args[0] = Keys.nodeInfo();
    System.arraycopy(names.toArray(), 0, args, 1, names.size());
    return link.send("HMGET", args).map(infos -> together(names, infos.list()));
  }

  private static Map<NodeId, String> together(List<String> names, List<Reply> infos) {
    Map<NodeId, String> nodes = new LinkedHashMap<>();
    for (int i = 0; i < names.size(); i++) {
      Reply info = infos.get(i);
      nodes.put(NodeId.parse(names.get(i)), info.isNull() ? "" : info.asText());
    }
    return nodes;
  }

  private static Map<NodeId, NodeInfo> infos(Map<NodeId, String> texts) {
    Map<NodeId, NodeInfo> nodes = new LinkedHashMap<>();
    texts.forEach((node, text) -> nodes.put(node, info(text)));
    return nodes;
  }

  private static NodeInfo info(String text) {
    try {
      return text.isEmpty() ? UNKNOWN : JSON.readValue(text, NodeInfo.class);
    } catch (JsonProcessingException e) {
      return UNKNOWN;
    }
  }

  private static Map<NodeId, String> topologies(Map<NodeId, String> texts) {
    Map<NodeId, String> nodes = new LinkedHashMap<>();
    texts.forEach((node, text) -> nodes.put(node, topology(text)));
    nodes.values().removeIf(String::isEmpty);
    return nodes;
  }

  private static String topology(String text) {
    try {
      return JSON.readTree(text).path(TOPOLOGY).asText();
    } catch (JsonProcessingException e) {
      return "";
    }
  }
}
