package dev.holdfast.limits;

import java.util.Arrays;

/** The cost of an action: an amount for each limit that is a rate. Immutable. */
public final class Cost {
  static final int RATES = 4;

  /**
   * What the first publication of a publisher's name in a channel counts for: Redis keeps the name
   * for hours, whatever becomes of the publication.
   */
  private static final long FIRST = 10;

  private final long[] amounts;

  private Cost(long[] amounts) {
    this.amounts = amounts;
  }

  /**
   * Returns the cost of opening a connection.
   *
   * @param channels that its request asks for, 0 or more; each costs as much as a frame would
   */
  public static Cost connect(int channels) {
    return of(1, 0, 0, 1 + channels);
  }

  /** Returns the cost of a frame or request that publishes nothing. */
  public static Cost request(long bytes) {
    return of(0, 0, bytes, 1);
  }

  /** Returns the extra cost of a large answer: one request for each full 16 KiB. */
  public static Cost answer(long bytes) {
    return of(0, 0, 0, bytes >> 14);
  }

  /** Returns the cost of publications in a request that is counted already. */
  public static Cost publications(long publications, long bytes) {
    return of(0, publications, bytes, 0);
  }

  /**
   * Returns the cost of publications in a request that is counted already.
   *
   * @param first how many of them are the first of a publisher's name in their channel; each counts
   *     for ten
   */
  public static Cost publications(long publications, long first, long bytes) {
    return of(0, publications + (FIRST - 1) * first, bytes, 0);
  }

  /** Returns the cost of a frame with one publication. */
  public static Cost publication(long bytes) {
    return of(0, 1, bytes, 1);
  }

  private static Cost of(long connects, long publications, long bytes, long requests) {
    return new Cost(new long[] {connects, publications, bytes, requests});
  }

  boolean isNothing() {
    return Arrays.stream(amounts).allMatch(amount -> amount == 0);
  }

  /** Returns the bytes that came. */
  long bytes() {
    return amounts[2];
  }

  long of(int rate) {
    return amounts[rate];
  }
}
