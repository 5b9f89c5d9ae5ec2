package dev.holdfast.files.transfer;

import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The checksum that the body of a request must have, by tus' {@code Upload-Checksum}. Used for one
 * body.
 */
public final class Checksum {
  private static final Map<String, String> ALGORITHMS =
      Map.of("sha1", "SHA-1", "sha256", "SHA-256", "sha512", "SHA-512", "md5", "MD5");

  private final MessageDigest digest;
  private final byte[] wanted;

  private Checksum(MessageDigest digest, byte[] wanted) {
    this.digest = digest;
    this.wanted = wanted;
  }

  /** Returns the names of the algorithms that can be checked, as tus spells them. */
  public static List<String> algorithms() {
    return ALGORITHMS.keySet().stream().sorted().toList();
  }

  /**
   * Reads what a request's header says.
   *
   * @param header {@code <algorithm> <Base64>}
   * @return none: there is no header
   * @throws HoldfastException BAD_REQUEST if it is not that
   */
  public static @Nullable Checksum parse(@Nullable String header) {
    if (header == null) {
      return null;
    }
    String[] parts = header.strip().split(" +", 2);
    String algorithm = ALGORITHMS.get(parts[0]);
    if (algorithm == null || parts.length < 2) {
      throw bad();
    }
    try {
      MessageDigest digest = MessageDigest.getInstance(algorithm);
      byte[] wanted = Base64.getDecoder().decode(parts[1].strip());
      if (wanted.length != digest.getDigestLength()) {
        throw bad();
      }
      return new Checksum(digest, wanted);
    } catch (NoSuchAlgorithmException | IllegalArgumentException e) {
      throw bad();
    }
  }

  void update(ByteBuffer bytes) {
    digest.update(bytes);
  }

  /** Returns whether what came has the checksum. */
  boolean holds() {
    return MessageDigest.isEqual(wanted, digest.digest());
  }

  private static HoldfastException bad() {
    return HoldfastException.withPublicMessage(
        ErrorCode.BAD_REQUEST,
        "checksum: one of " + String.join(", ", algorithms()) + ", a space, and Base64");
  }
}
