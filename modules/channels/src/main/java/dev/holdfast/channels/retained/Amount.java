package dev.holdfast.channels.retained;

/**
 * A number of channels that retain something, and of bytes that are retained. In a change, either
 * may be negative.
 */
public record Amount(long channels, long bytes) {
  static final Amount NONE = new Amount(0, 0);

  Amount plus(Amount other) {
    return new Amount(channels + other.channels, bytes + other.bytes);
  }

  Amount minus(Amount other) {
    return new Amount(channels - other.channels, bytes - other.bytes);
  }

  /** Returns a part of it, with at least one of each if there is any. */
  Amount part(double part) {
    return new Amount(part(channels, part), part(bytes, part));
  }

  private static long part(long whole, double part) {
    return Math.min(whole, Math.max(1, (long) (whole * part)));
  }
}
