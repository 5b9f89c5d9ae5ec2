package dev.holdfast.testkit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.holdfast.core.Ids;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** An issuer of tokens, of a random name, whose one key signs by ES256. */
public final class ForeignIssuer {
  private static final int LIFE_SECONDS = 600;
  private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();
  private static final ObjectMapper JSON = new ObjectMapper();

  public final String name = "https://id.example/" + Ids.fresh();
  private final KeyPair keys;

  public ForeignIssuer() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      this.keys = generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Returns the settings by which nodes take its tokens, of any tenant, as JSON. */
  public String settings() {
    String body =
        Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(keys.getPublic().getEncoded());
    String pem = "-----BEGIN PUBLIC KEY-----\n" + body + "\n-----END PUBLIC KEY-----\n";
    return json(
        Map.of("issuer", name, "keys", List.of(Map.of("algorithm", "ES256", "publicKey", pem))));
  }

  /** Signs a token of ten minutes. */
  public String token(String tenant, String user, String... permissions) {
    var of = Map.of("tenant_id", tenant, "permissions", List.of(permissions));
    return sign(Map.of("sub", user, "app_metadata", of));
  }

  /** Signs a token of one login of a user, which the claim {@code sid} names. */
  public String tokenOfLogin(String tenant, String user, String login) {
    return sign(Map.of("sub", user, "sid", login, "app_metadata", Map.of("tenant_id", tenant)));
  }

  /**
   * Signs a token of a client itself, for ten minutes.
   *
   * @param tenants at least one
   */
  public String clientToken(String client, List<String> tenants, String... permissions) {
    var of = Map.of("tenant_id", tenants, "permissions", List.of(permissions));
    return sign(Map.of("sub", client, "client_id", client, "app_metadata", of));
  }

  private String sign(Map<String, ?> claims) {
    long now = System.currentTimeMillis() / 1_000;
    Map<String, Object> all = new HashMap<>(claims);
    all.putAll(Map.of("iss", name, "iat", now, "exp", now + LIFE_SECONDS, "jti", Ids.fresh()));
    String input = encoded(Map.of("alg", "ES256", "typ", "JWT")) + "." + encoded(all);
    try {
      Signature signature = Signature.getInstance("SHA256withECDSAinP1363Format");
      signature.initSign(keys.getPrivate());
      signature.update(input.getBytes(StandardCharsets.US_ASCII));
      return input + "." + BASE64.encodeToString(signature.sign());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String encoded(Map<String, ?> part) {
    return BASE64.encodeToString(json(part).getBytes(StandardCharsets.UTF_8));
  }

  private static String json(Map<String, ?> map) {
    try {
      return JSON.writeValueAsString(map);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
