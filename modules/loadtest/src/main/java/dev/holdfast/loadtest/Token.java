package dev.holdfast.loadtest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** Reads the claims of a given token, without a check: that is the target's affair. */
final class Token {
  private Token() {}

  /**
   * Returns the claim {@code tenant}; none: the token has no such claim.
   *
   * @throws IllegalArgumentException if it is no token
   */
  static @Nullable String tenant(String token) {
    JsonNode tenant = claims(token).path("tenant");
    return tenant.isTextual() ? tenant.asText() : null;
  }

  /**
   * Returns its end, s since 1970; {@link Long#MAX_VALUE} if it has none.
   *
   * @throws IllegalArgumentException if it is no token
   */
  static long end(String token) {
    return claims(token).path("exp").asLong(Long.MAX_VALUE);
  }

  private static JsonNode claims(String token) {
    String[] parts = token.split("\\.");
    if (parts.length != 3) {
      throw new IllegalArgumentException("--token: not a JWT, it has no three parts");
    }
    try {
      return new ObjectMapper().readTree(Base64.getUrlDecoder().decode(parts[1]));
    } catch (IOException | IllegalArgumentException e) {
      throw new IllegalArgumentException("--token: not a JWT, its claims are not JSON");
    }
  }
}
