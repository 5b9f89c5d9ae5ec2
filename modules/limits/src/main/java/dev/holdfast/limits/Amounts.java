package dev.holdfast.limits;

import java.util.ArrayList;
import java.util.List;

/**
 * A number for each {@link Limit}: 0 to {@link #MOST}. 0 allows nothing.
 *
 * @param connects per second
 * @param publications per second
 * @param bytes per second
 * @param requests per second
 */
public record Amounts(
    long connects,
    long publications,
    long bytes,
    long requests,
    long connections,
    long sessions,
    long subscriptions,
    long retainedChannels,
    long retainedBytes) {
  public static final long MOST = 1_000_000_000_000L;

  /** Defaults for a tenant: far more than one node does, so that only a flood reaches them. */
  public static final Amounts TENANT =
      new Amounts(
          5_000, 50_000, 256L << 20, 100_000, 200_000, 200_000, 2_000_000, 1_000_000, 2L << 30);

  /** Defaults for one user: more than people and their agents need. */
  public static final Amounts USER =
      new Amounts(50, 250, 8L << 20, 500, 200, 500, 5_000, 10_000, 128L << 20);

  public Amounts {
    List<String> problems = new ArrayList<>();
    check(problems, Limit.CONNECTS, connects);
    check(problems, Limit.PUBLICATIONS, publications);
    check(problems, Limit.BYTES, bytes);
    check(problems, Limit.REQUESTS, requests);
    check(problems, Limit.CONNECTIONS, connections);
    check(problems, Limit.SESSIONS, sessions);
    check(problems, Limit.SUBSCRIPTIONS, subscriptions);
    check(problems, Limit.RETAINED_CHANNELS, retainedChannels);
    check(problems, Limit.RETAINED_BYTES, retainedBytes);
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", problems));
    }
  }

  public long of(Limit limit) {
    return switch (limit) {
      case CONNECTS -> connects;
      case PUBLICATIONS -> publications;
      case BYTES -> bytes;
      case REQUESTS -> requests;
      case CONNECTIONS -> connections;
      case SESSIONS -> sessions;
      case SUBSCRIPTIONS -> subscriptions;
      case RETAINED_CHANNELS -> retainedChannels;
      case RETAINED_BYTES -> retainedBytes;
    };
  }

  /**
   * Returns a copy with one amount changed.
   *
   * @throws IllegalArgumentException if the amount is below 0 or too large; the message names the
   *     limit
   */
  public Amounts with(Limit limit, long amount) {
    long[] all = new long[Limit.values().length];
    for (Limit each : Limit.values()) {
      all[each.ordinal()] = each == limit ? amount : of(each);
    }
    return new Amounts(all[0], all[1], all[2], all[3], all[4], all[5], all[6], all[7], all[8]);
  }

  private static void check(List<String> problems, Limit limit, long amount) {
    if (amount < 0 || amount > MOST) {
      problems.add(limit.key() + ": 0 to " + MOST + ", not " + amount);
    }
  }
}
