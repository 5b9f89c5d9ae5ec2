package dev.holdfast.files.storage;

import io.vertx.core.Vertx;
import io.vertx.core.shareddata.Shareable;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The order in which steps get a worker thread. Tenants take turns, and one tenant never has all
 * threads: what it asks for beyond its part waits behind itself. Shared by all users of a Vert.x;
 * safe on any thread.
 */
final class DiskTurns implements Shareable {
  /** Steps under way at a time, a thread for each. */
  static final int MOST = 24;

  /** Of these, steps of one tenant. */
  static final int MOST_OF_TENANT = 16;

  private static final String NAME = "holdfast.files.turns";

  private final Map<String, Line> lines = new HashMap<>();
  private final ArrayDeque<Line> ready = new ArrayDeque<>();
  private int underWay;

  /** What one tenant waits for, in its order. */
  private static final class Line {
    private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
    private int underWay;
    private boolean queued;
  }

  static DiskTurns of(Vertx vertx) {
    return vertx
        .sharedData()
        .<String, DiskTurns>getLocalMap(NAME)
        .computeIfAbsent(NAME, none -> new DiskTurns());
  }

  /**
   * Begins a step now, or when it is its tenant's turn.
   *
   * @param begin must not fail; {@link #done} is called once when what it began is over. Runs on
   *     this thread or on that of another step's end
   */
  void run(String tenant, Runnable begin) {
    synchronized (this) {
      Line line = lines.computeIfAbsent(tenant, first -> new Line());
      line.waiting.add(begin);
      queue(line);
    }
    goOn();
  }

  /** Gives the thread of a step back. */
  void done(String tenant) {
    synchronized (this) {
      Line line = Objects.requireNonNull(lines.get(tenant), tenant);
      underWay--;
      line.underWay--;
      queue(line);
      if (line.underWay == 0 && line.waiting.isEmpty()) {
        lines.remove(tenant);
      }
    }
    goOn();
  }

  private void queue(Line line) {
    boolean may = !line.waiting.isEmpty() && line.underWay < MOST_OF_TENANT;
    if (may && !line.queued) {
      line.queued = true;
      ready.add(line);
    }
  }

  private void goOn() {
    for (Runnable begin = next(); begin != null; begin = next()) {
      begin.run();
    }
  }

  private synchronized @Nullable Runnable next() {
    Line line = underWay < MOST ? ready.poll() : null;
    if (line == null) {
      return null;
    }
    Runnable begin = line.waiting.poll();
    line.queued = false;
    line.underWay++;
    underWay++;
    queue(line);
    return begin;
  }
}
