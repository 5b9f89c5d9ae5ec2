package dev.holdfast.testkit;

import io.vertx.core.Vertx;
import java.time.Duration;

/**
 * Notices a silent server: asks it after one heartbeat without a word, and gives it up after two.
 */
final class Heartbeat {
  /** Of no connection. */
  static final Heartbeat NONE = new Heartbeat(null, Duration.ZERO);

  private final Vertx vertx;
  private final long period;
  private volatile long heard = System.nanoTime();
  private long timer = -1;

  private Heartbeat(Vertx vertx, Duration period) {
    this.vertx = vertx;
    this.period = period.toNanos();
  }

  static Heartbeat start(Vertx vertx, Duration period, Runnable ask, Runnable giveUp) {
    var heartbeat = new Heartbeat(vertx, period);
    heartbeat.timer =
        vertx.setPeriodic(Math.max(1, period.toMillis() / 2), id -> heartbeat.look(ask, giveUp));
    return heartbeat;
  }

  void heard() {
    heard = System.nanoTime();
  }

  void stop() {
    if (vertx != null) {
      vertx.cancelTimer(timer);
    }
  }

  private void look(Runnable ask, Runnable giveUp) {
    long silence = System.nanoTime() - heard;
    if (silence > 2 * period) {
      giveUp.run();
    } else if (silence > period) {
      ask.run();
    }
  }
}
