package dev.holdfast.runs.records;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;

/** Ids that are made of names, so that the same names are the same thing, with no map of them. */
public final class Digests {
  private static final int BYTES = 16;

  private Digests() {}

  /** Returns 22 characters of base64url; a part's end can't be taken for the next one's start. */
  public static String of(String... parts) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (String part : parts) {
        byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
        digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).array());
        digest.update(bytes);
      }
      byte[] first = Arrays.copyOf(digest.digest(), BYTES);
      return Base64.getUrlEncoder().withoutPadding().encodeToString(first);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
