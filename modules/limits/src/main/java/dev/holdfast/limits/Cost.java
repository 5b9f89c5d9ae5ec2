package dev.holdfast.limits;

import java.util.Arrays;

/** What something takes of the rates: an amount for each limit of that kind. Immutable. */
public final class Cost {
  static final int RATES = 4;

  private final long[] amounts;

  private Cost(long[] amounts) {
    this.amounts = amounts;
  }

  /**
   * A connection that opens.
   *
   * @param channels that its request asks for, each as a frame would; 0 or more
   */
  public static Cost connect(int channels) {
    return of(1, 0, 0, 1 + channels);
  }

  /** A frame or request that publishes nothing. */
  public static Cost request(long bytes) {
    return of(0, 0, bytes, 1);
  }

  /** What an answer takes beyond its request: one more for each full 16 KiB. */
  public static Cost answer(long bytes) {
    return of(0, 0, 0, bytes >> 14);
  }

  /** Publications that come by a request that is counted. */
  public static Cost publications(long publications, long bytes) {
    return of(0, publications, bytes, 0);
  }

  /** A frame with a publication. */
  public static Cost publication(long bytes) {
    return of(0, 1, bytes, 1);
  }

  private static Cost of(long connects, long publications, long bytes, long requests) {
    return new Cost(new long[] {connects, publications, bytes, requests});
  }

  boolean isNothing() {
    return Arrays.stream(amounts).allMatch(amount -> amount == 0);
  }

  long of(int rate) {
    return amounts[rate];
  }
}
