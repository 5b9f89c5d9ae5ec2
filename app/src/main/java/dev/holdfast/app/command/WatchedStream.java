package dev.holdfast.app.command;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * An answer that fails if nothing of it comes for long, as when the node's machine is gone: no
 * packet says so. Not thread-safe.
 */
final class WatchedStream extends FilterInputStream {
  private final Duration patience;
  private final ScheduledExecutorService timer;
  private volatile boolean silent;

  /**
   * @param answer one that another thread may close, which ends a read that waits
   * @param patience how long one read may wait
   */
  WatchedStream(InputStream answer, Duration patience) {
    super(answer);
    this.patience = patience;
    var own =
        new ScheduledThreadPoolExecutor(
            1,
            work -> {
              var thread = new Thread(work, "answer-watch");
              thread.setDaemon(true);
              return thread;
            });
    own.setRemoveOnCancelPolicy(true);
    this.timer = own;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int from, int length) throws IOException {
    ScheduledFuture<?> late =
        timer.schedule(this::giveUp, patience.toMillis(), TimeUnit.MILLISECONDS);
    try {
      return in.read(bytes, from, length);
    } catch (IOException e) {
      if (silent) {
        throw new IOException("nothing came for " + patience.toSeconds() + " s", e);
      }
      throw e;
    } finally {
      late.cancel(false);
    }
  }

  private void giveUp() {
    silent = true;
    try {
      in.close();
    } catch (IOException e) {
      return; // the read fails by itself
    }
  }

  @Override
  public void close() throws IOException {
    timer.shutdownNow();
    in.close();
  }
}
