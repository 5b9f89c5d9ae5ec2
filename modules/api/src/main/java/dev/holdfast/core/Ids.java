package dev.holdfast.core;

import java.security.SecureRandom;
import java.util.Base64;

/** Fresh identifiers: unguessable (120 bits), URL-safe, 20 characters. Safe on any thread. */
public final class Ids {
  private static final SecureRandom RANDOM = new SecureRandom();

  private Ids() {}

  public static String fresh() {
    byte[] bytes = new byte[15];
    RANDOM.nextBytes(bytes);
    return Base64.getUrlEncoder().encodeToString(bytes);
  }
}
