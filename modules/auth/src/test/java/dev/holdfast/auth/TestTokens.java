package dev.holdfast.auth;

import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.Base64;
import java.util.Random;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Tokens made by hand, so that the wrong ones can be made too. */
final class TestTokens {
  static final String SECRET = "a secret of the tests, long enough for HS256";
  static final String TENANT = "t" + Integer.toHexString(new Random().nextInt());

  private TestTokens() {}

  static JsonObject claims() {
    return new JsonObject()
        .put("sub", "ann")
        .put("exp", now() + 60)
        .put(
            "app_metadata",
            new JsonObject()
                .put("tenant_id", TENANT)
                .put("roles", new io.vertx.core.json.JsonArray().add("editor"))
                .put("permissions", new io.vertx.core.json.JsonArray().add("publish:topic:*")));
  }

  static long now() {
    return Instant.now().getEpochSecond();
  }

  static String hs256(JsonObject claims) {
    return hs256(claims, SECRET.getBytes(StandardCharsets.UTF_8));
  }

  static String hs256(JsonObject claims, byte[] key) {
    return sealed(unsigned("HS256", claims), key);
  }

  private static String sealed(String input, byte[] key) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      return input + "." + base64(mac.doFinal(input.getBytes(StandardCharsets.US_ASCII)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Of any two texts. */
  static String hs256(String header, String claims) {
    String input =
        base64(header.getBytes(StandardCharsets.UTF_8))
            + "."
            + base64(claims.getBytes(StandardCharsets.UTF_8));
    return sealed(input, SECRET.getBytes(StandardCharsets.UTF_8));
  }

  static String signed(String alg, JsonObject claims, PrivateKey key) {
    String input = unsigned(alg, claims);
    try {
      Signature signature =
          Signature.getInstance(
              alg.equals("RS256") ? "SHA256withRSA" : "SHA256withECDSAinP1363Format");
      signature.initSign(key);
      signature.update(input.getBytes(StandardCharsets.US_ASCII));
      return input + "." + base64(signature.sign());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  static String unsigned(String alg, JsonObject claims) {
    String header = new JsonObject().put("alg", alg).put("typ", "JWT").encode();
    return base64(header.getBytes(StandardCharsets.UTF_8))
        + "."
        + base64(claims.encode().getBytes(StandardCharsets.UTF_8));
  }

  static KeyPair rsa(int bits) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(bits);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  static KeyPair ec(String curve) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec(curve));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  static String pem(KeyPair pair) {
    String body =
        Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(pair.getPublic().getEncoded());
    return "-----BEGIN PUBLIC KEY-----\n" + body + "\n-----END PUBLIC KEY-----\n";
  }

  static String base64(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
