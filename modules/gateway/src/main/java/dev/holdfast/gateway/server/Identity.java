package dev.holdfast.gateway.server;

import dev.holdfast.gateway.config.TlsConfig;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.ServerSSLOptions;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A certificate and its key, read from their files at one moment, that belong together: if two
 * files are replaced one after the other, they make a pair only after the second. Immutable.
 */
public final class Identity {
  private static final Set<String> VERSIONS = Set.of("TLSv1.2", "TLSv1.3");
  private static final Pattern PKCS8 =
      Pattern.compile("-----BEGIN PRIVATE KEY-----(.*?)-----END PRIVATE KEY-----", Pattern.DOTALL);

  private final byte[] certificates;
  private final byte[] key;
  private final X509Certificate own;

  private Identity(byte[] certificates, byte[] key, X509Certificate own) {
    this.certificates = certificates;
    this.key = key;
    this.own = own;
  }

  /**
   * Reads both files. Blocks.
   *
   * @throws IllegalArgumentException if they are not a certificate and its key
   */
  public static Identity read(TlsConfig config) throws IOException {
    byte[] certificates = Files.readAllBytes(config.certificate());
    byte[] key = Files.readAllBytes(config.key());
    try {
      X509Certificate own = first(certificates);
      if (!belongs(privateKey(key, own.getPublicKey()), own.getPublicKey())) {
        throw new IllegalArgumentException("tls: the key is not that of the certificate");
      }
      return new Identity(certificates, key, own);
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("tls: not a certificate and its key: " + e.getMessage());
    }
  }

  /** Returns whether both files have the same content as before. Blocks. */
  boolean stands(TlsConfig config) throws IOException {
    return Arrays.equals(certificates, Files.readAllBytes(config.certificate()))
        && Arrays.equals(key, Files.readAllBytes(config.key()));
  }

  public ServerSSLOptions options() {
    return new ServerSSLOptions()
        .setKeyCertOptions(pem())
        .setUseAlpn(false)
        .setEnabledSecureTransportProtocols(VERSIONS);
  }

  /** Returns the part that clients see. */
  @Override
  public String toString() {
    return own.getSubjectX500Principal() + ", valid until " + own.getNotAfter().toInstant();
  }

  /** Returns the end of the certificate's validity in seconds since 1970. */
  long expires() {
    return own.getNotAfter().getTime() / 1_000;
  }

  private PemKeyCertOptions pem() {
    return new PemKeyCertOptions()
        .addCertValue(Buffer.buffer(certificates))
        .addKeyValue(Buffer.buffer(key));
  }

  private static X509Certificate first(byte[] pem) throws GeneralSecurityException {
    var all =
        CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(pem));
    if (all.isEmpty()) {
      throw new IllegalArgumentException("tls: no certificate in its file");
    }
    return (X509Certificate) all.iterator().next();
  }

  private static PrivateKey privateKey(byte[] pem, PublicKey like) throws GeneralSecurityException {
    Matcher block = PKCS8.matcher(new String(pem, StandardCharsets.US_ASCII));
    if (!block.find()) {
      throw new IllegalArgumentException(
          "tls: the key has to be PKCS#8 (openssl pkcs8 -topk8 -nodes makes it of another)");
    }
    byte[] encoded = Base64.getMimeDecoder().decode(block.group(1));
    return KeyFactory.getInstance(like.getAlgorithm())
        .generatePrivate(new PKCS8EncodedKeySpec(encoded));
  }

  private static boolean belongs(PrivateKey key, PublicKey certified)
      throws GeneralSecurityException {
    String algorithm =
        switch (certified.getAlgorithm()) {
          case "RSA" -> "SHA256withRSA";
          case "EC" -> "SHA256withECDSA";
          default -> certified.getAlgorithm();
        };
    Signature signature = Signature.getInstance(algorithm);
    signature.initSign(key);
    signature.update(VERSIONS.toString().getBytes(StandardCharsets.UTF_8));
    byte[] signed = signature.sign();
    signature.initVerify(certified);
    signature.update(VERSIONS.toString().getBytes(StandardCharsets.UTF_8));
    return signature.verify(signed);
  }
}
