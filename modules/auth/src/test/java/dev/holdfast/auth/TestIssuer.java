package dev.holdfast.auth;

import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.math.BigInteger;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** An issuer with keys of several kinds, and the document that names them. */
final class TestIssuer {
  private final Map<String, KeyPair> keys = new LinkedHashMap<>();
  int fetched;

  static TestIssuer withKeys() {
    TestIssuer issuer = new TestIssuer();
    issuer.keys.put("rsa", TestTokens.rsa(2048));
    issuer.keys.put("ec", TestTokens.ec("secp256r1"));
    issuer.keys.put("ec384", TestTokens.ec("secp384r1"));
    issuer.keys.put("ed", ed25519());
    return issuer;
  }

  Future<JsonObject> document(URI address) {
    fetched++;
    JsonArray all = new JsonArray();
    keys.forEach((id, pair) -> all.add(jwk(pair.getPublic()).put("kid", id).put("use", "sig")));
    return Future.succeededFuture(new JsonObject().put("keys", all));
  }

  void rotate(String old, String id) {
    keys.remove(old);
    keys.put(id, TestTokens.rsa(2048));
  }

  String sign(String algorithm, String id, JsonObject claims) {
    return sign(new JsonObject().put("alg", algorithm).put("kid", id).put("typ", "JWT"), claims);
  }

  /** By the key that the header names. */
  String sign(JsonObject header, JsonObject claims) {
    return sign(header, header.getString("kid"), claims);
  }

  /** Whatever key the header names. */
  String sign(JsonObject header, String id, JsonObject claims) {
    String input = encoded(header) + "." + encoded(claims);
    try {
      Signature signature = signature(header.getString("alg"));
      signature.initSign(keys.get(id).getPrivate());
      signature.update(input.getBytes(StandardCharsets.US_ASCII));
      return input + "." + TestTokens.base64(signature.sign());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Signature signature(String algorithm) throws GeneralSecurityException {
    switch (algorithm) {
      case "RS256":
        return Signature.getInstance("SHA256withRSA");
      case "PS256":
        Signature pss = Signature.getInstance("RSASSA-PSS");
        pss.setParameter(new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1));
        return pss;
      case "ES256":
        return Signature.getInstance("SHA256withECDSAinP1363Format");
      case "ES384":
        return Signature.getInstance("SHA384withECDSAinP1363Format");
      default:
        return Signature.getInstance("Ed25519");
    }
  }

  private static String encoded(JsonObject json) {
    return TestTokens.base64(json.encode().getBytes(StandardCharsets.UTF_8));
  }

  private static KeyPair ed25519() {
    try {
      return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static JsonObject jwk(PublicKey key) {
    JsonObject jwk = new JsonObject();
    if (key instanceof RSAPublicKey rsa) {
      return jwk.put("kty", "RSA")
          .put("n", TestTokens.base64(bytes(rsa.getModulus(), 0)))
          .put("e", TestTokens.base64(bytes(rsa.getPublicExponent(), 0)));
    }
    if (key instanceof ECPublicKey ec) {
      int size = (ec.getParams().getOrder().bitLength() + 7) / 8;
      return jwk.put("kty", "EC")
          .put("crv", size == 32 ? "P-256" : "P-384")
          .put("x", TestTokens.base64(bytes(ec.getW().getAffineX(), size)))
          .put("y", TestTokens.base64(bytes(ec.getW().getAffineY(), size)));
    }
    byte[] encoded = key.getEncoded();
    return jwk.put("kty", "OKP")
        .put("crv", "Ed25519")
        .put(
            "x",
            TestTokens.base64(Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length)));
  }

  private static byte[] bytes(BigInteger number, int size) {
    byte[] signed = number.toByteArray();
    byte[] bare = signed[0] == 0 ? Arrays.copyOfRange(signed, 1, signed.length) : signed;
    byte[] padded = new byte[Math.max(size, bare.length)];
    System.arraycopy(bare, 0, padded, padded.length - bare.length, bare.length);
    return padded;
  }
}
