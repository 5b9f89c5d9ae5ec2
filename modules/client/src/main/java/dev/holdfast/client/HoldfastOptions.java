package dev.holdfast.client;

import dev.holdfast.client.session.ClientBounds;
import dev.holdfast.client.session.ClientTimes;
import dev.holdfast.client.session.SessionOptions;
import java.net.URI;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The options of a client.
 *
 * @param session addresses, the application's name, times and bounds
 * @param token called for each attempt and before a token ends, on a thread that may block
 * @param executor runs the handlers, one at a time; none: a thread of the client's own
 */
public record HoldfastOptions(
    SessionOptions session, Supplier<CompletionStage<String>> token, @Nullable Executor executor) {
  public HoldfastOptions {
    Objects.requireNonNull(session, "session");
    Objects.requireNonNull(token, "token");
  }

  /**
   * Returns options with these addresses.
   *
   * @param addresses {@code wss://host/v1/connect}, taken in turn
   */
  public static HoldfastOptions to(String... addresses) {
    var session =
        new SessionOptions(
            Arrays.stream(addresses).map(URI::create).toList(),
            "jvm",
            "1",
            ClientTimes.DEFAULTS,
            ClientBounds.DEFAULTS);
    var missing = new IllegalStateException("no token: HoldfastOptions.token");
    return new HoldfastOptions(session, () -> CompletableFuture.failedFuture(missing), null);
  }

  /** Uses this one token always. */
  public HoldfastOptions token(String token) {
    Objects.requireNonNull(token, "token");
    return token(() -> CompletableFuture.completedFuture(token));
  }

  public HoldfastOptions token(Supplier<CompletionStage<String>> supplier) {
    return new HoldfastOptions(session, supplier, executor);
  }

  /** Sets the application's name and version, which the server's lists of connections show. */
  public HoldfastOptions name(String name, String version) {
    return with(name, version, session.times(), session.bounds());
  }

  public HoldfastOptions times(ClientTimes times) {
    return with(session.name(), session.version(), times, session.bounds());
  }

  public HoldfastOptions bounds(ClientBounds bounds) {
    return with(session.name(), session.version(), session.times(), bounds);
  }

  /** Runs the handlers on this executor, one at a time, in order; virtual threads will do. */
  public HoldfastOptions executor(Executor runs) {
    return new HoldfastOptions(session, token, runs);
  }

  private HoldfastOptions with(
      String name, String version, ClientTimes times, ClientBounds bounds) {
    var changed = new SessionOptions(session.addresses(), name, version, times, bounds);
    return new HoldfastOptions(changed, token, executor);
  }
}
