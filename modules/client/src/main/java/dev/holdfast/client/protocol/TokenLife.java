package dev.holdfast.client.protocol;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.Base64;

/**
 * Computes the time at which a token has to be renewed; there is none for a token without an end,
 * or one that is no JWT.
 */
final class TokenLife {
  private static final long LONGEST_AHEAD = 30_000;
  private static final long SHORTEST_LIFE = 5_000;
  private static final long DAY = 86_400_000;

  private TokenLife() {}

  /**
   * Returns the ms after which a connection needs another token: 30 s before the end, or a fifth of
   * the remaining time before it if that is less, but a day at most. 0 if there is nothing to
   * renew, or no time for it.
   *
   * @param now the server's clock, ms since 1970; it decides, as the client's may be wrong
   */
  static long renewAfter(String token, long now) {
    return renewAfter(end(token) - now);
  }

  /** Returns the same for a token of which so many ms are left. */
  static long renewAfter(long left) {
    return left < SHORTEST_LIFE ? 0 : Math.min(DAY, left - Math.min(LONGEST_AHEAD, left / 5));
  }

  /** Returns the end in ms since 1970; 0 if it is not known. */
  private static long end(String token) {
    String[] parts = token.split("\\.", -1);
    if (parts.length != 3) {
      return 0;
    }
    try {
      JsonNode claims = Frames.MAPPER.readTree(Base64.getUrlDecoder().decode(parts[1]));
      return claims.path("exp").asLong(0) * 1_000;
    } catch (IOException | IllegalArgumentException e) {
      return 0;
    }
  }
}
