package dev.holdfast.cluster.identity;

import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.NamedParameterSpec;
import java.util.HexFormat;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The authority that follows from a cluster's secret. Its key is computed from the secret: only
 * those who know the secret can make a certificate that the other members accept. All members
 * compute the same one; none needs a file from another.
 */
public final class Authority {
  private static final String ALGORITHM = "Ed25519";
  private static final String PURPOSE = "holdfast cluster authority 1";
  private static final String FRAMES = "holdfast cluster frames 1";
  private static final String NAME = "holdfast cluster";
  private static final int KEY_BYTES = 32;
  private static final int SERIAL_BITS = 120;

  /** Members' clocks need not agree: a certificate ends with the secret, not at a time. */
  private static final String FROM = "20200101000000Z";

  private static final String UNTIL = "99991231235959Z";

  /** Object identifiers in DER: Ed25519, commonName, and that of an authority's certificate. */
  private static final byte[] ED25519 = HexFormat.of().parseHex("06032b6570");

  private static final byte[] COMMON_NAME = HexFormat.of().parseHex("0603550403");
  private static final byte[] BASIC_CONSTRAINTS = HexFormat.of().parseHex("0603551d13");
  private static final byte[] TRUE = HexFormat.of().parseHex("0101ff");

  private final KeyPair keys;
  private final X509Certificate certificate;

  private Authority(KeyPair keys, X509Certificate certificate) {
    this.keys = keys;
    this.certificate = certificate;
  }

  public static Authority of(String secret) throws GeneralSecurityException {
    KeyPair keys = keys(derived(secret, PURPOSE));
    return new Authority(keys, certificate(NAME, keys, keys.getPrivate(), BigInteger.ONE, true));
  }

  /** Returns the key by which those who know the secret sign each single message. */
  public static byte[] frameKey(String secret) throws GeneralSecurityException {
    return derived(secret, FRAMES);
  }

  private static byte[] derived(String secret, String purpose) throws GeneralSecurityException {
    var mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
    return mac.doFinal(purpose.getBytes(StandardCharsets.US_ASCII));
  }

  /** Issues the identity of a member, with a fresh key of its own. */
  public Identity issue(String name) throws GeneralSecurityException {
    var random = new SecureRandom();
    byte[] seed = new byte[KEY_BYTES];
    random.nextBytes(seed);
    KeyPair own = keys(seed);
    var serial = new BigInteger(SERIAL_BITS, random).setBit(SERIAL_BITS);
    X509Certificate issued = certificate(name, own, keys.getPrivate(), serial, false);
    return new Identity(own.getPrivate(), List.of(issued), certificate);
  }

  public X509Certificate certificate() {
    return certificate;
  }

  /**
   * Returns the key pair of RFC 8032 for these 32 bytes: its private key is the bytes themselves.
   */
  public static KeyPair keys(byte[] seed) throws GeneralSecurityException {
    var generator = KeyPairGenerator.getInstance(ALGORITHM);
    generator.initialize(NamedParameterSpec.ED25519, new Given(seed));
    return generator.generateKeyPair();
  }

  private static X509Certificate certificate(
      String subject, KeyPair of, PrivateKey issuer, BigInteger serial, boolean authority)
      throws GeneralSecurityException {
    byte[] algorithm = Der.sequence(ED25519);
    byte[] unsigned =
        Der.sequence(
            Der.tagged(0, Der.integer(BigInteger.TWO)),
            Der.integer(serial),
            algorithm,
            name(NAME),
            Der.sequence(Der.time(FROM), Der.time(UNTIL)),
            name(subject),
            of.getPublic().getEncoded(),
            Der.tagged(3, Der.sequence(constraints(authority))));
    byte[] signed =
        Der.sequence(unsigned, algorithm, Der.bits(Identity.sign(issuer, ALGORITHM, unsigned)));
    return (X509Certificate)
        CertificateFactory.getInstance("X.509")
            .generateCertificate(new ByteArrayInputStream(signed));
  }

  private static byte[] name(String text) {
    return Der.sequence(Der.set(Der.sequence(COMMON_NAME, Der.text(text))));
  }

  private static byte[] constraints(boolean authority) {
    byte[] content = authority ? Der.sequence(TRUE) : Der.sequence();
    return Der.sequence(BASIC_CONSTRAINTS, TRUE, Der.octets(content));
  }

  /** Hands out the bytes that it was given, and no others. */
  private static final class Given extends SecureRandom {
    private static final long serialVersionUID = 1L;

    private final byte[] bytes;

    public Given(byte[] bytes) {
      super(null, null);
      this.bytes = bytes.clone();
    }

    @Override
    public void nextBytes(byte[] wanted) {
      if (wanted.length != bytes.length) {
        throw new IllegalStateException("a key of " + bytes.length + " bytes is meant");
      }
      System.arraycopy(bytes, 0, wanted, 0, bytes.length);
    }
  }
}
