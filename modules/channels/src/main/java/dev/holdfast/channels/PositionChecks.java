package dev.holdfast.channels;

import io.vertx.core.Vertx;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Compares positions with the log, paced, so that the loss of a node does not become a flood of
 * Redis. A channel that waits already is not queued twice. Confined to the hub's context.
 */
final class PositionChecks {
  private static final long STEP_MS = 20;

  private final Vertx vertx;
  private final int perStep;
  private final ChannelsMetrics metrics;
  private final Set<HubChannel> waiting = new LinkedHashSet<>();
  private boolean running;

  PositionChecks(Vertx vertx, int perSecond, ChannelsMetrics metrics) {
    this.vertx = vertx;
    this.perStep = Math.max(1, (int) (perSecond * STEP_MS / 1_000));
    this.metrics = metrics;
  }

  void add(Collection<HubChannel> channels) {
    waiting.addAll(channels);
    if (!running && !waiting.isEmpty()) {
      running = true;
      step();
    }
  }

  private void step() {
    Iterator<HubChannel> next = waiting.iterator();
    for (int i = 0; i < perStep && next.hasNext(); i++) {
      HubChannel channel = next.next();
      next.remove();
      metrics.checks.increment();
      channel.check();
    }
    running = !waiting.isEmpty();
    if (running) {
      vertx.setTimer(STEP_MS, timer -> step());
    }
  }
}
