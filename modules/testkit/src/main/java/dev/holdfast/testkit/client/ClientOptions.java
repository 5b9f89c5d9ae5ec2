package dev.holdfast.testkit.client;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/**
 * The behaviour of a {@link WsTestClient}.
 *
 * @param urls where it may connect, {@code ws://host:port/v1/connect}; tried in turn, from the
 *     first
 * @param token goes with the {@code hello}
 * @param firstWait upper bound of the random wait before a reconnect; doubles with each attempt
 * @param longestWait upper bound of any such wait
 * @param keepsCursors whether it sends its cursors at a resume; otherwise it goes by its acks
 * @param countsAttempts whether it counts its attempts to connect, so that one it gave up can't
 *     replace a later one
 */
public record ClientOptions(
    List<URI> urls,
    String token,
    Duration firstWait,
    Duration longestWait,
    boolean keepsCursors,
    boolean countsAttempts) {
  public ClientOptions {
    urls = List.copyOf(urls);
    Objects.requireNonNull(token, "token");
    if (urls.isEmpty()) {
      throw new IllegalArgumentException("urls: at least one");
    }
  }

  /** Returns options with the waits that the protocol asks for: 0 to 1 s, doubling to 20 s. */
  public static ClientOptions of(List<URI> urls, String token) {
    return new ClientOptions(
        urls, token, Duration.ofSeconds(1), Duration.ofSeconds(20), true, true);
  }

  public ClientOptions withWaits(Duration first, Duration longest) {
    return new ClientOptions(urls, token, first, longest, keepsCursors, countsAttempts);
  }

  public ClientOptions withoutCursors() {
    return new ClientOptions(urls, token, firstWait, longestWait, false, countsAttempts);
  }

  /** Returns the options of a client without attempts: late ones of its own may overtake it. */
  public ClientOptions withoutAttempts() {
    return new ClientOptions(urls, token, firstWait, longestWait, keepsCursors, false);
  }
}
