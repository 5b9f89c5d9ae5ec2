package dev.holdfast.auth.config;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.interfaces.ECKey;
import java.security.interfaces.RSAKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A key that tokens may be signed with. It serves one algorithm and no other, so that a public key
 * is never taken for a shared secret.
 *
 * @param algorithm what it is for
 * @param id matched against a token's {@code kid}; none: it fits any
 * @param secret for HS256 alone: at least 32 bytes of UTF-8
 * @param publicKey for RS256 (at least 2048 bits) and ES256 (P-256): a PEM {@code PUBLIC KEY}
 */
public record VerificationKey(
    Algorithm algorithm, @Nullable String id, @Nullable String secret, @Nullable String publicKey) {
  private static final int MIN_SECRET_BYTES = 32;
  private static final int MIN_RSA_BITS = 2048;
  private static final int P256_BITS = 256;

  public VerificationKey {
    var problems = new ArrayList<String>();
    if (algorithm == null || !algorithm.single()) {
      problems.add("algorithm: HS256, RS256 or ES256 is needed");
    } else if (algorithm.symmetric()) {
      checkSecret(secret, publicKey, problems);
    } else {
      checkPublicKey(algorithm, secret, publicKey, problems);
    }
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", problems));
    }
  }

  public static VerificationKey hs256(String secret) {
    return new VerificationKey(Algorithm.HS256, null, secret, null);
  }

  public static VerificationKey rs256(String pem) {
    return new VerificationKey(Algorithm.RS256, null, null, pem);
  }

  public static VerificationKey es256(String pem) {
    return new VerificationKey(Algorithm.ES256, null, null, pem);
  }

  /**
   * Returns what the library takes: the secret as it is, or a PEM in the one layout that it reads.
   */
  public String material() {
    return algorithm.symmetric()
        ? Objects.requireNonNull(secret)
        : "-----BEGIN PUBLIC KEY-----\n" + body(publicKey) + "\n-----END PUBLIC KEY-----\n";
  }

  @Override
  public String toString() {
    return "VerificationKey[algorithm=%s, id=%s, key=***]".formatted(algorithm, id);
  }

  private static void checkSecret(
      @Nullable String secret, @Nullable String publicKey, List<String> problems) {
    if (publicKey != null) {
      problems.add("publicKey: HS256 takes a secret only");
    }
    if (secret == null || secret.getBytes(StandardCharsets.UTF_8).length < MIN_SECRET_BYTES) {
      problems.add("secret: HS256 takes at least " + MIN_SECRET_BYTES + " bytes");
    } else if (secret.contains("-----BEGIN")) {
      problems.add("secret: this is a PEM key, not a secret");
    }
  }

  private static void checkPublicKey(
      Algorithm algorithm,
      @Nullable String secret,
      @Nullable String publicKey,
      List<String> problems) {
    if (secret != null) {
      problems.add("secret: " + algorithm + " takes a publicKey only");
    }
    String body = body(publicKey);
    if (body == null) {
      problems.add("publicKey: " + algorithm + " takes a PEM PUBLIC KEY");
      return;
    }
    try {
      checkStrength(algorithm, body, problems);
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      problems.add("publicKey: not a public key for " + algorithm);
    }
  }

  private static void checkStrength(Algorithm algorithm, String body, List<String> problems)
      throws GeneralSecurityException {
    var encoded = new X509EncodedKeySpec(Base64.getMimeDecoder().decode(body));
    var key =
        KeyFactory.getInstance(algorithm == Algorithm.RS256 ? "RSA" : "EC").generatePublic(encoded);
    if (key instanceof RSAKey rsa && rsa.getModulus().bitLength() < MIN_RSA_BITS) {
      problems.add("publicKey: RS256 takes at least " + MIN_RSA_BITS + " bits");
    }
    if (key instanceof ECKey ec && ec.getParams().getOrder().bitLength() != P256_BITS) {
      problems.add("publicKey: ES256 takes a key on P-256");
    }
  }

  /** Returns the base64 lines of a PEM public key; none: it is something else. */
  private static @Nullable String body(@Nullable String pem) {
    if (pem == null) {
      return null;
    }
    String text = pem.strip().replace("\r", "");
    String begin = "-----BEGIN PUBLIC KEY-----\n";
    String end = "\n-----END PUBLIC KEY-----";
    boolean framed =
        text.startsWith(begin)
            && text.endsWith(end)
            && text.length() > begin.length() + end.length();
    return framed ? text.substring(begin.length(), text.length() - end.length()) : null;
  }
}
