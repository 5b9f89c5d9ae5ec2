package dev.holdfast.client.session;

import java.time.Duration;

/**
 * The times that a client waits.
 *
 * @param attempt longest wait for a token, for a connection to open, and for its {@code welcome}
 * @param firstWait upper bound of the random wait before the first attempt after a loss
 * @param longestWait upper bound of any such wait; the bound doubles up to it
 * @param steady time after which a connection is a success, so that the waits begin anew
 * @param ack between two frames with cursors
 * @param retry before the first repetition of an operation that was refused for now; doubles up to
 *     5 s
 */
public record ClientTimes(
    Duration attempt,
    Duration firstWait,
    Duration longestWait,
    Duration steady,
    Duration ack,
    Duration retry) {
  public static final ClientTimes DEFAULTS =
      new ClientTimes(
          Duration.ofSeconds(10),
          Duration.ofSeconds(1),
          Duration.ofSeconds(20),
          Duration.ofSeconds(10),
          Duration.ofSeconds(10),
          Duration.ofMillis(100));

  public ClientTimes {
    for (Duration time : new Duration[] {attempt, firstWait, longestWait, steady, ack, retry}) {
      if (time.toMillis() < 1) {
        throw new IllegalArgumentException("times: at least 1 ms each");
      }
    }
  }
}
