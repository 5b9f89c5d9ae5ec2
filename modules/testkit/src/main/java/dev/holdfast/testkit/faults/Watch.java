package dev.holdfast.testkit.faults;

import dev.holdfast.testkit.client.WsTestClient;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Looks the whole time how soon after a moment everybody publishes, reads and is answered again:
 * the script that plays the fault is busy with other things then.
 */
final class Watch implements AutoCloseable {
  private static final long PERIOD = TimeUnit.MILLISECONDS.toNanos(20);

  private final Load load;
  private long since = System.nanoTime();
  private @Nullable Duration took;
  private volatile boolean closed;

  Watch(Load load) {
    this.load = load;
    var thread = new Thread(this::look, "fault-watch");
    thread.setDaemon(true);
    thread.start();
  }

  /** Begins anew at this moment. */
  synchronized void since(long nanoTime) {
    since = nanoTime;
    took = null;
  }

  /** Returns how long it took; none: it is not so yet. */
  synchronized @Nullable Duration took() {
    return took;
  }

  private void look() {
    while (!closed) {
      long from = pending();
      if (from != 0 && isWellSince(from)) {
        note(from);
      }
      LockSupport.parkNanos(PERIOD);
    }
  }

  private synchronized long pending() {
    return took == null ? since : 0;
  }

  private synchronized void note(long from) {
    if (since == from) {
      took = Duration.ofNanos(System.nanoTime() - from);
    }
  }

  private boolean isWellSince(long time) {
    return load.answeredSince(time)
        && load.clients().stream().allMatch(WsTestClient::isConnected)
        && load.history().heardSince(time).containsAll(load.publishers())
        && load.history().allReachedSince(time);
  }

  @Override
  public void close() {
    closed = true;
  }
}
