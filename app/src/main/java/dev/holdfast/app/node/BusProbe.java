package dev.holdfast.app.node;

import dev.holdfast.core.bus.Bus;
import dev.holdfast.core.bus.NodeInbox;
import java.time.Duration;

/**
 * Sees whether the bus still finds this node by its address: a beat a second to itself, as any
 * other would send it. The repair is the hub's, which misses the beats of all nodes. Any thread.
 */
final class BusProbe {
  private static final long BEAT_MS = 1_000;
  private static final long SILENCE_NS = Duration.ofSeconds(5).toNanos();

  private final Bus bus;
  private final NodeInbox inbox;
  private long timer;
  private long number;
  private volatile long heard;
  private volatile boolean ever;

  BusProbe(Bus bus, NodeInbox inbox) {
    this.bus = bus;
    this.inbox = inbox;
    inbox.on(SelfBeat.class, this::heard);
  }

  void start() {
    beat();
    timer = bus.vertx().setPeriodic(BEAT_MS, id -> beat());
  }

  void stop() {
    bus.vertx().cancelTimer(timer);
  }

  /** Returns whether a beat came back lately. */
  boolean reachable() {
    return ever && System.nanoTime() - heard < SILENCE_NS;
  }

  private void beat() {
    bus.hint(inbox.node().address(), new SelfBeat(++number));
  }

  private void heard(SelfBeat beat) {
    heard = System.nanoTime();
    ever = true;
  }
}
