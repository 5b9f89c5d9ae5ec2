package dev.holdfast.client.session;

/**
 * Limits what a client keeps; beyond it, an operation fails at once.
 *
 * @param publications that are unanswered, in all channels
 * @param bytes of those publications
 * @param requests that are unanswered
 */
public record ClientBounds(int publications, long bytes, int requests) {
  public static final ClientBounds DEFAULTS = new ClientBounds(1_000, 8L << 20, 64);

  public ClientBounds {
    if (publications < 1 || bytes < 1 || requests < 1) {
      throw new IllegalArgumentException("bounds: at least 1 each");
    }
  }
}
