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
    String[] parts = token.split("\\.");
    if (parts.length != 3) {
      throw new IllegalArgumentException("--token: not a JWT, it has no three parts");
    }
    try {
      JsonNode claims = new ObjectMapper().readTree(Base64.getUrlDecoder().decode(parts[1]));
      return claims.path("tenant").isTextual() ? claims.path("tenant").asText() : null;
    } catch (IOException | IllegalArgumentException e) {
      throw new IllegalArgumentException("--token: not a JWT, its claims are not JSON");
    }
  }
}
