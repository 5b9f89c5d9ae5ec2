package dev.holdfast.testkit;

import dev.holdfast.core.Ids;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.util.Base64;

/** An issuer of tokens, of a random name, whose one key signs by ES256. */
public final class ForeignIssuer {
  private static final int LIFE_SECONDS = 600;
  private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();

  public final String name = "https://" + Ids.fresh() + ".example";
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

  /** Returns the settings by which nodes take its tokens, of any tenant. */
  public JsonObject settings() {
    String body =
        Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(keys.getPublic().getEncoded());
    String pem = "-----BEGIN PUBLIC KEY-----\n" + body + "\n-----END PUBLIC KEY-----\n";
    return new JsonObject()
        .put("issuer", name)
        .put(
            "keys",
            new JsonArray()
                .add(new JsonObject().put("algorithm", "ES256").put("publicKey", pem)));
  }

  /** Signs a token of ten minutes. */
  public String token(String tenant, String user, String... permissions) {
    var of = new JsonObject().put("tenant_id", tenant);
    JsonArray granted = new JsonArray();
    for (String permission : permissions) {
      granted.add(permission);
    }
    return sign(new JsonObject().put("sub", user).put("app_metadata", of.put("permissions", granted)));
  }

  /** Signs claims, with those of the issuer and of ten minutes added. */
  public String sign(JsonObject claims) {
    long now = System.currentTimeMillis() / 1_000;
    JsonObject all = claims.copy().put("iss", name).put("iat", now).put("jti", Ids.fresh());
    if (!all.containsKey("exp")) {
      all.put("exp", now + LIFE_SECONDS);
    }
    String input = encoded(new JsonObject().put("alg", "ES256").put("typ", "JWT")) + "." + encoded(all);
    try {
      Signature signature = Signature.getInstance("SHA256withECDSAinP1363Format");
      signature.initSign(keys.getPrivate());
      signature.update(input.getBytes(StandardCharsets.US_ASCII));
      return input + "." + BASE64.encodeToString(signature.sign());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String encoded(JsonObject part) {
    return BASE64.encodeToString(part.encode().getBytes(StandardCharsets.UTF_8));
  }
}
