package dev.holdfast.cluster.identity;

import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.bus.Grant;
import dev.holdfast.core.bus.Seal;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * The credentials of a service, in place of the cluster's secret. With them the service joins the
 * bus and speaks in its own name, for the tenants that they list and no others. They are one line
 * of text, to be kept like a password. They are valid as long as the cluster's secret is.
 */
public final class ServiceCredentials {
  private static final String BEGIN = "holdfast-service";
  private static final int PARTS = 6;
  private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();

  private final Grant grant;
  private final Identity identity;
  private final byte[] key;

  private ServiceCredentials(Grant grant, Identity identity, byte[] key) {
    this.grant = grant;
    this.identity = identity;
    this.key = key;
  }

  /** Makes credentials: another line each time, and every one is valid. */
  public static String make(String secret, Grant grant) {
    try {
      Authority authority = Authority.of(secret);
      Identity made = authority.issue("service " + grant.service());
      List<byte[]> parts = new ArrayList<>();
      parts.add(grant.text().getBytes(StandardCharsets.UTF_8));
      parts.add(made.key().getEncoded());
      parts.add(made.chain().get(0).getEncoded());
      parts.add(made.authority().getEncoded());
      parts.add(Seal.key(Authority.frameKey(secret), grant));
      return BEGIN + "." + String.join(".", parts.stream().map(ENCODER::encodeToString).toList());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has what certificates need", e);
    }
  }

  /** Returns whether a text looks like credentials, not like the cluster's secret. */
  public static boolean is(String text) {
    return text.startsWith(BEGIN + ".");
  }

  public static ServiceCredentials parse(String text) throws GeneralSecurityException {
    String[] parts = text.strip().split("\\.");
    try {
      if (parts.length == PARTS) {
        return new ServiceCredentials(
            Grant.parse(new String(decoded(parts[1]), StandardCharsets.UTF_8)),
            new Identity(
                KeyFactory.getInstance("Ed25519")
                    .generatePrivate(new PKCS8EncodedKeySpec(decoded(parts[2]))),
                List.of(certificate(decoded(parts[3]))),
                certificate(decoded(parts[4]))),
            decoded(parts[5]));
      }
    } catch (IllegalArgumentException | HoldfastException e) {
      throw new GeneralSecurityException("the service's credentials are damaged", e);
    }
    throw new GeneralSecurityException("the service's credentials are not whole");
  }

  public Identity identity() {
    return identity;
  }

  public Seal seal() {
    return Seal.ofService(grant, key);
  }

  private static byte[] decoded(String part) {
    return Base64.getUrlDecoder().decode(part);
  }

  private static X509Certificate certificate(byte[] encoded) throws GeneralSecurityException {
    return (X509Certificate)
        CertificateFactory.getInstance("X.509")
            .generateCertificate(new ByteArrayInputStream(encoded));
  }
}
