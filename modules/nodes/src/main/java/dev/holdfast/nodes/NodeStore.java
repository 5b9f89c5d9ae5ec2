package dev.holdfast.nodes;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.connections.NodeInfo;
import dev.holdfast.core.NodeId;
import dev.holdfast.redis.Keys;
import dev.holdfast.redis.RedisLink;
import dev.holdfast.redis.Reply;
import dev.holdfast.redis.Script;
import dev.holdfast.sessions.connections.LiveNodes;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Nodes in Redis: leases, claims, the dead. One method per script. Used on the context of its link;
 * failures are the link's.
 */
final class NodeStore {
  private static final Script LEASE = Script.of("nodes", "node_lease");
  private static final Script CLAIM = Script.of("nodes", "node_claim");
  private static final Script BURY = Script.of("nodes", "node_bury");
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Time for which late index entries of a dead node are looked for. */
  private static final Duration REMEMBERED = Duration.ofHours(1);

  /** A claimer that does nothing for so long is taken for stuck. */
  private static final Duration CLAIM_TTL = Duration.ofSeconds(10);

  private final RedisLink link;

  NodeStore(RedisLink link) {
    this.link = link;
  }

  /**
   * The nodes at a renewal.
   *
   * @param held false: this node is dead, or its lease is gone; the rest is empty then
   * @param lapsed the lease had run out before it was renewed
   * @param live nodes with a lease
   * @param expired nodes to be buried
   * @param dead nodes that can never come back
   */
  record Roll(
      boolean held, boolean lapsed, Set<NodeId> live, Set<NodeId> expired, Set<NodeId> dead) {
    static final Roll LOST = new Roll(false, false, Set.of(), Set.of(), Set.of());
  }

  /** The outcome of a claim. */
  enum Claim {
    CLAIMED,
    TAKEN,
    LIVE,
    GONE,
    LOST
  }

  /** Redis time in ms. */
  Future<Long> time() {
    return link.send("TIME").map(time -> time.at(0).asLong() * 1_000 + time.at(1).asLong() / 1_000);
  }

  /** The first lease of a node's life. */
  Future<Roll> open(NodeId node, Duration lease, NodeInfo info) {
    return lease(node, "open", lease, text(info));
  }

  Future<Roll> renew(NodeId node, Duration lease) {
    return lease(node, "renew", lease, "");
  }

  Future<Claim> claim(NodeId node, NodeId claimer) {
    List<String> keys = List.of(Keys.leases(), Keys.buried(), Keys.claim(node));
    List<Object> args = List.of(node.toString(), claimer.toString(), CLAIM_TTL.toMillis());
    return CLAIM
        .run(link, keys, args)
        .map(reply -> Claim.valueOf(reply.asText().toUpperCase(Locale.ROOT)));
  }

  /**
   * @return false where the claim is another's by now
   */
  Future<Boolean> bury(NodeId node, NodeId claimer) {
    List<String> keys = List.of(Keys.leases(), Keys.nodeInfo(), Keys.buried(), Keys.claim(node));
    return BURY.run(link, keys, List.of(node.toString(), claimer.toString()))
        .map(reply -> reply.asLong() == 1);
  }

  private Future<Roll> lease(NodeId node, String step, Duration lease, String info) {
    List<String> keys = List.of(Keys.leases(), Keys.nodeInfo(), Keys.buried());
    List<Object> args =
        List.of(
            node.toString(),
            step,
            lease.toMillis(),
            info,
            REMEMBERED.toMillis(),
            LeaseConfig.LONGEST.toMillis());
    return LEASE.run(link, keys, args).map(NodeStore::roll);
  }

  private static Roll roll(Reply reply) {
    return reply.at(0).asText().equals("held")
        ? new Roll(
            true,
            reply.at(1).asLong() == 1,
            nodes(reply.at(2)),
            nodes(reply.at(3)),
            nodes(reply.at(4)))
        : Roll.LOST;
  }

  private static Set<NodeId> nodes(Reply reply) {
    return reply.list().stream()
        .map(node -> NodeId.parse(node.asText()))
        .collect(Collectors.toUnmodifiableSet());
  }

  /** Says also how it finds its Redis: a node that starts compares that with its own way. */
  private String text(NodeInfo info) {
    ObjectNode json = JSON.valueToTree(info);
    return json.put(LiveNodes.TOPOLOGY, link.topology()).toString();
  }
}
