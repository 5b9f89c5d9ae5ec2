package dev.holdfast.testkit;

import java.net.URI;
import java.util.concurrent.ThreadLocalRandom;

/** Where a client connects next, and when. Confined to its client's lock. */
final class Addresses {
  private static final int MOST_DOUBLINGS = 10;

  private final ClientOptions options;
  private int next;
  private int attempts;

  Addresses(ClientOptions options) {
    this.options = options;
  }

  /** In turn, from the first. */
  URI next() {
    return options.urls().get(next++ % options.urls().size());
  }

  /** Connected, or asked to connect: the waits begin anew. */
  void reached() {
    attempts = 0;
  }

  /** Random ms before the next attempt, at least 1; the bound doubles. */
  long pause() {
    long bound =
        Math.min(options.longestWait().toMillis(), options.firstWait().toMillis() << attempts);
    attempts = Math.min(attempts + 1, MOST_DOUBLINGS);
    return 1 + ThreadLocalRandom.current().nextLong(bound);
  }
}
