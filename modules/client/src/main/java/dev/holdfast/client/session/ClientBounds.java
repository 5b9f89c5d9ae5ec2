package dev.holdfast.client.session;

/**
 * Limits what a client keeps. Beyond a limit, an operation fails at once.
 *
 * @param publications most unanswered publications, in all channels
 * @param bytes of those publications
 * @param requests most unanswered requests
 */
public record ClientBounds(int publications, long bytes, int requests) {
  public static final ClientBounds DEFAULTS = new ClientBounds(1_000, 8L << 20, 64);

  public ClientBounds {
    if (publications < 1 || bytes < 1 || requests < 1) {
      throw new IllegalArgumentException("bounds: at least 1 each");
    }
  }
}
