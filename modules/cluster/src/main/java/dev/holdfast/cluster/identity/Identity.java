package dev.holdfast.cluster.identity;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertPath;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.Set;

/**
 * The proof that a member shows to the others: a key, the certificates for it, and the authority by
 * which it judges theirs.
 *
 * @param chain its own certificate first
 */
public record Identity(PrivateKey key, List<X509Certificate> chain, X509Certificate authority) {
  private static final List<String> ALGORITHMS = List.of("EC", "RSA", "Ed25519");

  public Identity {
    chain = List.copyOf(chain);
  }

  /**
   * Makes an identity from the cluster's secret, a new one each time; or reads one from a service's
   * credentials.
   */
  public static Identity ofSecret(String secret) throws GeneralSecurityException {
    return ServiceCredentials.is(secret)
        ? ServiceCredentials.parse(secret).identity()
        : Authority.of(secret).issue("member");
  }

  public static Identity ofFiles(BusTls tls) throws GeneralSecurityException, IOException {
    List<X509Certificate> authorities = certificates(tls.authority());
    return new Identity(key(tls.key()), certificates(tls.certificate()), authorities.get(0));
  }

  public CertPath path() throws GeneralSecurityException {
    return CertificateFactory.getInstance("X.509").generateCertPath(chain);
  }

  public byte[] sign(byte[] content) throws GeneralSecurityException {
    return sign(key, scheme(chain.get(0).getPublicKey()), content);
  }

  public static byte[] sign(PrivateKey key, String scheme, byte[] content)
      throws GeneralSecurityException {
    Signature signature = Signature.getInstance(scheme);
    signature.initSign(key);
    signature.update(content);
    return signature.sign();
  }

  /**
   * Checks a peer's proof. Fails unless the authority vouches for the path and the path's key has
   * signed the content.
   */
  public void verify(CertPath path, byte[] content, byte[] signed) throws GeneralSecurityException {
    var rules = new PKIXParameters(Set.of(new TrustAnchor(authority, null)));
    rules.setRevocationEnabled(false);
    CertPathValidator.getInstance("PKIX").validate(path, rules);
    PublicKey key = path.getCertificates().get(0).getPublicKey();
    Signature signature = Signature.getInstance(scheme(key));
    signature.initVerify(key);
    signature.update(content);
    if (!signature.verify(signed)) {
      throw new GeneralSecurityException("the signature is another's");
    }
  }

  private static String scheme(PublicKey key) throws GeneralSecurityException {
    return switch (key.getAlgorithm()) {
      case "RSA" -> "SHA256withRSA";
      case "EC" -> "SHA256withECDSA";
      case "EdDSA", "Ed25519" -> "Ed25519";
      default -> throw new GeneralSecurityException("a key of type " + key.getAlgorithm());
    };
  }

  private static List<X509Certificate> certificates(Path file)
      throws GeneralSecurityException, IOException {
    try (InputStream pem = Files.newInputStream(file)) {
      return CertificateFactory.getInstance("X.509").generateCertificates(pem).stream()
          .map(X509Certificate.class::cast)
          .toList();
    }
  }

  /** Reads a key in PKCS#8. Tries all algorithms, as the file's name does not say which it is. */
  private static PrivateKey key(Path file) throws GeneralSecurityException, IOException {
    String pem = Files.readString(file, StandardCharsets.US_ASCII);
    String body = pem.replaceAll("-----[A-Z ]+-----", "");
    var encoded = new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(body));
    for (String algorithm : ALGORITHMS) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(encoded);
      } catch (InvalidKeySpecException e) {
        continue;
      }
    }
    throw new GeneralSecurityException(file + " holds no key of type " + ALGORITHMS);
  }
}
