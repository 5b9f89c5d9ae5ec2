package dev.holdfast.auth;

import dev.holdfast.core.JsonText;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the library lets pass in a token whose signature is right: what two readers could read in
 * two ways, and what its signer wanted to be understood or else refused.
 */
final class TokenForm {
  private TokenForm() {}

  /**
   * Returns whether it has three parts and the last is not empty. The library passes over dots at
   * the end, so the same token would have several texts and digests; and without a key it takes a
   * token of two parts.
   */
  static boolean isSigned(String token) {
    String[] parts = token.split("\\.", -1);
    return parts.length == 3 && !parts[2].isEmpty();
  }

  /**
   * @param named whether the token has to name its key: all keys have names
   * @return why it is not taken; empty where it is
   */
  static Optional<String> problem(String token, boolean named) {
    String[] parts = token.split("\\.", -1);
    String header = text(parts[0]);
    if (!JsonText.isValue(header) || !JsonText.isValue(text(parts[1]))) {
      return Optional.of("malformed: a member twice, or nested too deep");
    }
    JsonObject said = new JsonObject(header);
    if (said.containsKey("crit")) {
      return Optional.of("crit: no extension is understood here");
    }
    return named && !said.containsKey("kid")
        ? Optional.of("kid missing: it has to name its key")
        : Optional.empty();
  }

  /**
   * Returns the digest of what is signed: header and claims.
   *
   * @param token of three parts
   */
  static String digest(String token) {
    try {
      byte[] signed =
          token.substring(0, token.lastIndexOf('.')).getBytes(StandardCharsets.US_ASCII);
      return Base64.getUrlEncoder()
          .withoutPadding()
          .encodeToString(MessageDigest.getInstance("SHA-256").digest(signed));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /** Returns a text of the header or the claims; none: there is none, or it is no token. */
  static @Nullable String said(String token, int part, String name) {
    String[] parts = token.split("\\.", -1);
    try {
      return parts.length == 3
              && new JsonObject(text(parts[part])).getValue(name) instanceof String said
          ? said
          : null;
    } catch (RuntimeException e) {
      return null;
    }
  }

  private static String text(String part) {
    return new String(Base64.getUrlDecoder().decode(part), StandardCharsets.UTF_8);
  }
}
