package dev.holdfast.embedded;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks after an embedded server: where it ends by itself, says why, and starts it again, on the
 * same port and data, with the folder never free in between. First after 250 ms, then doubling to
 * 10 s. Where it has not stayed up for ten seconds before {@code patience} is over, gives up and
 * says so, once.
 *
 * <p>A server that runs and can't write (its disk is full, {@code appendfsync} is not {@code
 * always}) refuses by itself and goes on by itself; here it is only named.
 */
public final class RedisWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RedisWatch.class);
  private static final Duration FIRST = Duration.ofMillis(250);
  private static final Duration LONGEST = Duration.ofSeconds(10);
  private static final Duration STEADY = Duration.ofSeconds(10);
  private static final Duration LOOK = Duration.ofSeconds(2);

  private final EmbeddedRedis redis;
  private final Duration patience;
  private final Consumer<String> gaveUp;
  private final Thread thread;
  private volatile @Nullable String trouble;

  private RedisWatch(EmbeddedRedis redis, Duration patience, Consumer<String> gaveUp) {
    this.redis = redis;
    this.patience = patience;
    this.gaveUp = gaveUp;
    this.thread = new Thread(this::watch, "embedded-redis-watch");
    thread.setDaemon(true);
  }

  /**
   * Watches a server from now on until {@link #close}; close it before the server is stopped.
   *
   * @param gaveUp gets the reason, on a thread that may block
   */
  public static RedisWatch over(EmbeddedRedis redis, Duration patience, Consumer<String> gaveUp) {
    var watch = new RedisWatch(redis, patience, gaveUp);
    watch.thread.start();
    return watch;
  }

  /** Returns what is wrong with it, or was until some seconds ago; any thread. */
  public Optional<String> trouble() {
    return Optional.ofNullable(trouble);
  }

  /** The server is left as it is; one that is being started is ended. */
  @Override
  public void close() {
    thread.interrupt();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void watch() {
    try {
      while (true) {
        while (!redis.server().awaitEnd(LOOK)) {
          lookWhetherItWrites();
        }
        if (!bringBack()) {
          gaveUp.accept(trouble);
          return;
        }
      }
    } catch (InterruptedException closed) {
      LOG.debug("No longer watched");
    }
  }

  /** Returns whether it stays up, after as many tries as there is time for. */
  private boolean bringBack() throws InterruptedException {
    long since = System.nanoTime();
    Duration wait = FIRST;
    ended();
    while (System.nanoTime() - since < patience.toNanos()) {
      Thread.sleep(wait.toMillis());
      if (restarted()) {
        LOG.info("The embedded Redis is there again");
        if (!redis.server().awaitEnd(STEADY)) {
          trouble = null;
          return true;
        }
        ended();
      }
      wait = wait.multipliedBy(2).compareTo(LONGEST) < 0 ? wait.multipliedBy(2) : LONGEST;
    }
    return false;
  }

  private void ended() {
    trouble = "the embedded Redis ended: " + redis.server().lastWords();
    LOG.error("{}; it is started again", trouble);
  }

  private boolean restarted() throws InterruptedException {
    try {
      redis.restart();
      return true;
    } catch (IOException e) {
      trouble = "the embedded Redis does not start again: " + e.getMessage();
      LOG.error("{}", trouble);
      return false;
    }
  }

  private void lookWhetherItWrites() {
    boolean refuses = redis.probe().refusesWrites();
    String now =
        refuses
            ? "the embedded Redis can't write its file and refuses changes"
                + (redis.server().isDiskFull() ? "; its disk is full" : "")
            : null;
    if (refuses && trouble == null) {
      LOG.error("{}", now);
    } else if (!refuses && trouble != null) {
      LOG.info("The embedded Redis writes again");
    }
    trouble = now;
  }
}
