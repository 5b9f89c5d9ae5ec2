package dev.holdfast.channels.fanout;

import dev.holdfast.channels.Hint;
import dev.holdfast.core.NodeId;
import dev.holdfast.core.bus.Bus;
import io.vertx.core.Context;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Sends hints. Those of one run of the event loop go to each node in one batch. Batches are
 * numbered per node, and a beat repeats the last number every second. Hints for this node skip the
 * bus. Confined to the context of the channels verticle.
 */
public final class HintSender {
  private final Bus bus;
  private final Context context;
  private final NodeId self;
  private final HubVerticle hub;
  private final Map<NodeId, HintOutbox> outboxes = new HashMap<>();
  private final Set<HintOutbox> filled = new LinkedHashSet<>();
  private List<Hint> local = new ArrayList<>();
  private Set<NodeId> live = Set.of();
  private Lives lives = new Lives(live);
  private boolean scheduled;
  private long at;
  private boolean unsure;

  public HintSender(HubVerticle hub, Context context) {
    this.bus = hub.bus();
    this.context = context;
    this.self = hub.node();
    this.hub = hub;
    this.at = Math.max(1, self.startEpoch());
  }

  /**
   * Queues a hint for the nodes, if there are any; it goes out at the end of the event loop's
   * current run. Hints have to come in the order of Redis' answers.
   */
  public void hint(List<NodeId> nodes, Hint hint) {
    if (!unsure) {
      at = hint.at();
    }
    for (NodeId node : nodes) {
      if (node.equals(self)) {
        local.add(hint);
      } else {
        HintOutbox outbox = outbox(node);
        outbox.add(hint);
        filled.add(outbox);
      }
    }
    if (!scheduled && !nodes.isEmpty()) {
      scheduled = true;
      context.runOnContext(ignored -> flush());
    }
  }

  private HintOutbox outbox(NodeId node) {
    return outboxes.computeIfAbsent(node, this::fresh);
  }

  private HintOutbox fresh(NodeId node) {
    var outbox = new HintOutbox(node, hub.memory(), hub.metrics());
    if (lives.over(node)) {
      outbox.over();
    }
    return outbox;
  }

  private void flush() {
    scheduled = false;
    filled.forEach(outbox -> outbox.send(bus::write, self));
    filled.clear();
    if (!local.isEmpty()) {
      List<Hint> own = local;
      local = new ArrayList<>();
      hub.hints(own);
    }
  }

  /**
   * Sets the nodes that live. A node that no longer lives is sent nothing; its number is kept until
   * it can't come back.
   */
  public void peers(Set<NodeId> now) {
    peers(now, System.nanoTime());
  }

  public void peers(Set<NodeId> now, long nanoTime) {
    live = now;
    lives = new Lives(now);
    outboxes.forEach((node, outbox) -> seen(node, outbox, nanoTime));
    outboxes
        .entrySet()
        .removeIf(
            one ->
                lives.over(one.getKey()) || one.getValue().absentSince(nanoTime - Lives.LONG_NS));
  }

  /** Returns the number of lives for which a number is kept. */
  public int known() {
    return outboxes.size();
  }

  private void seen(NodeId node, HintOutbox outbox, long now) {
    if (live.contains(node)) {
      outbox.present(now);
    } else {
      outbox.absent();
    }
  }

  /**
   * Sends a beat to all nodes that live, this one included: a beat that does not come back shows a
   * lost registration.
   */
  public void beat() {
    flush();
    live.forEach(peer -> outbox(peer).beat(bus::write, self, at));
  }

  /**
   * Sets whether there may be appends that no hint was sent for. While there are, beats say nothing
   * of the time since.
   */
  public void unsure(boolean now) {
    unsure = now;
  }

  /** Makes every peer notice a loss. */
  public void lose() {
    outboxes.values().forEach(HintOutbox::lose);
  }
}
