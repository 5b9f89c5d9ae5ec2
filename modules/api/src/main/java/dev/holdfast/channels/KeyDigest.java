package dev.holdfast.channels;

import dev.holdfast.core.Caller;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/**
 * Digests of idempotency keys, as Redis keeps them: 126 bits of SHA-256, so that long keys cost no
 * more than short ones.
 */
public final class KeyDigest {
  private static final int CHARACTERS = 21;

  private KeyDigest() {}

  /** Digests a key together with its caller: two callers' keys never meet. */
  public static String of(Caller caller, String key) {
    String scope =
        caller instanceof Caller.User user
            ? "user " + user.user()
            : "service " + ((Caller.Service) caller).name();
    return digest(scope + "\n" + key);
  }

  /** Digests what was published under a key. */
  public static String fingerprint(String event, String data) {
    return digest(event + "\n" + data);
  }

  private static String digest(String text) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return Base64.getUrlEncoder().encodeToString(hash).substring(0, CHARACTERS);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
