package dev.holdfast.channels.fanout;

import dev.holdfast.channels.log.ChannelStore;
import dev.holdfast.channels.log.ChannelsMetrics;
import dev.holdfast.core.HoldfastException;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Compares positions with the log, and renews interest. The number of checks under way follows the
 * speed of Redis' answers, and is 64 at most. After a loss the whole cluster compares at one pace,
 * of which each node takes its part. So the loss of a node does not flood Redis, whatever the
 * number of nodes and however slow Redis is. A channel that waits already is not queued twice.
 * Confined to the hub's context.
 */
final class PositionChecks {
  static final int MOST_UNDER_WAY = 64;

  /**
   * Least number of checks under way, even if answers are late: this process itself may be slow,
   * and the comparison has to end.
   */
  private static final int LEAST_UNDER_WAY = 8;

  /** The time of an answer above which Redis is taken to be busy. */
  private static final long SLOW_NS = Duration.ofMillis(100).toNanos();

  /** Most checks of one node per second, however few nodes there are. */
  private static final int MOST_PER_SECOND = 2_000;

  /** Checks that are due before one of those that wait has its turn. */
  private static final int MOST_IN_A_ROW = 4;

  private static final long STEP_MS = 20;
  private static final long PAUSE_MS = 500;

  private final Vertx vertx;
  private final ChannelStore store;
  private final int perSecond;
  private final ChannelsMetrics metrics;

  /**
   * Channels that are not paced: their interest would run out, or their check was asked for while
   * another was under way.
   */
  private final Set<HubChannel> due = new LinkedHashSet<>();

  private final Set<HubChannel> waiting = new LinkedHashSet<>();
  private double window = LEAST_UNDER_WAY;
  private long narrowedAt = System.nanoTime();
  private int underWay;
  private int inARow;
  private double allowed;
  private long allowedAt = System.nanoTime();
  private int nodes = 1;
  private boolean stepping;
  private boolean timed;
  private boolean paused;

  /**
   * @param store over a link of its own: if checks ever break it, nobody else's work is lost
   * @param perSecond pace of the whole cluster
   */
  PositionChecks(Vertx vertx, ChannelStore store, int perSecond, ChannelsMetrics metrics) {
    this.vertx = vertx;
    this.store = store;
    this.perSecond = perSecond;
    this.metrics = metrics;
  }

  /** Sets how many nodes share the pace. */
  void nodes(int live) {
    nodes = Math.max(1, live);
  }

  /** Queues channels whose positions are to be compared, at the pace of the cluster. */
  void add(Collection<HubChannel> channels) {
    waiting.addAll(channels);
    step();
  }

  /** Queues channels to be checked before the others, of which every fifth goes first. */
  void addDue(Collection<HubChannel> channels) {
    due.addAll(channels);
    step();
  }

  int waiting() {
    return due.size() + waiting.size();
  }

  /** Starts checks in a loop: an answer may come at once, and asks for the next from within. */
  private void step() {
    if (stepping || paused) {
      return;
    }
    stepping = true;
    allow();
    HubChannel next = next();
    while (next != null) {
      begin(next);
      next = paused ? null : next();
    }
    stepping = false;
    if (!paused && !waiting.isEmpty() && !timed) {
      timed = true;
      vertx.setTimer(STEP_MS, timer -> timedStep());
    }
  }

  private void timedStep() {
    timed = false;
    step();
  }

  private void allow() {
    long now = System.nanoTime();
    double rate = Math.min(MOST_PER_SECOND, (double) perSecond / nodes);
    double most = Math.max(1, rate * STEP_MS / 1_000);
    allowed = Math.min(most, allowed + rate * (now - allowedAt) / 1e9);
    allowedAt = now;
  }

  private @Nullable HubChannel next() {
    if (underWay >= (int) window) {
      return null;
    }
    boolean waits = allowed >= 1 && !waiting.isEmpty();
    boolean turn = waits && (due.isEmpty() || inARow == MOST_IN_A_ROW);
    HubChannel next = poll(turn ? waiting : due);
    if (next != null) {
      allowed -= turn ? 1 : 0;
      inARow = turn ? 0 : Math.min(MOST_IN_A_ROW, inARow + 1);
      due.remove(next);
      waiting.remove(next);
    }
    return next;
  }

  private static @Nullable HubChannel poll(Set<HubChannel> channels) {
    Iterator<HubChannel> first = channels.iterator();
    if (!first.hasNext()) {
      return null;
    }
    HubChannel channel = first.next();
    first.remove();
    return channel;
  }

  private void begin(HubChannel channel) {
    if (!channel.mayCheck()) {
      return;
    }
    underWay++;
    metrics.checks.increment();
    long askedAt = System.nanoTime();
    channel.check(store, failure -> answered(channel, askedAt, failure));
  }

  private void answered(HubChannel channel, long askedAt, @Nullable Throwable failure) {
    underWay--;
    if (failure != null && HoldfastException.from(failure).code().retryable) {
      window = LEAST_UNDER_WAY;
      waiting.add(channel);
      pause();
    } else if (System.nanoTime() - askedAt > SLOW_NS) {
      narrow(askedAt);
    } else {
      window = Math.min(MOST_UNDER_WAY, window + 1 / window);
    }
    step();
  }

  /**
   * Lowers the number under way, once for all checks that were under way together: they are late
   * together.
   */
  private void narrow(long askedAt) {
    if (askedAt - narrowedAt >= 0) {
      narrowedAt = System.nanoTime();
      window = Math.max(LEAST_UNDER_WAY, window * 0.7);
    }
  }

  /** Waits while Redis is unavailable: the other checks would fail as well. */
  private void pause() {
    if (!paused) {
      paused = true;
      vertx.setTimer(PAUSE_MS, timer -> resume());
    }
  }

  private void resume() {
    paused = false;
    step();
  }
}
