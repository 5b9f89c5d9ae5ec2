package dev.holdfast.client.session;

import java.net.URI;
import java.util.List;
import java.util.Objects;

/**
 * The options of a session.
 *
 * @param addresses to connect to, {@code wss://host/v1/connect}; taken in turn
 * @param name of the application, shown in lists of connections
 * @param version of the application
 */
public record SessionOptions(
    List<URI> addresses, String name, String version, ClientTimes times, ClientBounds bounds) {
  public SessionOptions {
    addresses = List.copyOf(addresses);
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(version, "version");
    Objects.requireNonNull(times, "times");
    Objects.requireNonNull(bounds, "bounds");
    if (addresses.isEmpty()) {
      throw new IllegalArgumentException("addresses: at least one");
    }
  }
}
