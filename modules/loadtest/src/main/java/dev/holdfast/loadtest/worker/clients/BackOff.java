package dev.holdfast.loadtest.worker.clients;

import java.util.concurrent.ThreadLocalRandom;

/** The waits of a client, by the protocol: a random 0–1 s, doubling to 20 s. */
final class BackOff {
  private static final long FIRST_MS = 1_000;
  private static final long LONGEST_MS = 20_000;
  private static final int MOST_DOUBLINGS = 5;

  private int failures;

  /** ms */
  long next() {
    long most = Math.min(LONGEST_MS, FIRST_MS << failures);
    failures = Math.min(MOST_DOUBLINGS, failures + 1);
    return ThreadLocalRandom.current().nextLong(most);
  }
}
