package dev.holdfast.auth;

import dev.holdfast.auth.config.AuthConfig;
import dev.holdfast.auth.config.VerificationKey;
import dev.holdfast.core.Caller;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Tokens that one thread verifies in a second: by their signatures, and those that are known. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class TokenCost {
  private static final String SECRET = "a secret of the bench, long enough for HS256";
  private static final String KEY = "key";

  @Param({"HS256", "RS256", "PS256", "ES256", "EdDSA"})
  public String algorithm;

  private TrustedIssuer issuer;
  private KnownTokens<Verified> known;
  private String token;

  @Setup
  public void setUp() throws Exception {
    AuthConfig config = AuthConfig.DEFAULTS.withKeys(VerificationKey.hs256(SECRET));
    IssuerRules rules = IssuerRules.own(config);
    var caller = new Caller.User("acme", "ann", Set.of("editor"), Set.of("publish:topic:*"));
    String secret = new TokenSigner(SECRET, config).sign(caller, Duration.ofHours(1));
    if (algorithm.equals("HS256")) {
      issuer = TrustedIssuer.of(rules, config.keys(), 0);
      token = secret;
    } else {
      KeyPair pair = pair();
      TrustedIssuer.Keys keys = TrustedIssuer.keys(rules, List.of(jwk(pair)));
      issuer = new TrustedIssuer(rules, id -> Future.succeededFuture(keys), 0, () -> {});
      token = signed(pair, secret.split("\\.")[1]);
    }
    known = KnownTokens.ofLogins(new SimpleMeterRegistry());
    known.keep(token, issuer.verify(token).result(), known.cleared());
  }

  @Benchmark
  public Future<Verified> bySignature() {
    return issuer.verify(token);
  }

  @Benchmark
  public Verified known() {
    return known.find(token);
  }

  private KeyPair pair() throws GeneralSecurityException {
    if (algorithm.equals("EdDSA")) {
      return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    }
    boolean curve = algorithm.startsWith("ES");
    KeyPairGenerator generator = KeyPairGenerator.getInstance(curve ? "EC" : "RSA");
    if (curve) {
      generator.initialize(new ECGenParameterSpec("secp256r1"));
    } else {
      generator.initialize(2048);
    }
    return generator.generateKeyPair();
  }

  private JsonObject jwk(KeyPair pair) {
    var jwk = new JsonObject().put("kid", KEY).put("alg", algorithm).put("use", "sig");
    if (pair.getPublic() instanceof RSAPublicKey rsa) {
      return jwk.put("kty", "RSA")
          .put("n", base64(sized(rsa.getModulus().toByteArray(), 256)))
          .put("e", base64(rsa.getPublicExponent().toByteArray()));
    }
    if (pair.getPublic() instanceof ECPublicKey ec) {
      return jwk.put("kty", "EC")
          .put("crv", "P-256")
          .put("x", base64(sized(ec.getW().getAffineX().toByteArray(), 32)))
          .put("y", base64(sized(ec.getW().getAffineY().toByteArray(), 32)));
    }
    return jwk.put("kty", "OKP")
        .put("crv", "Ed25519")
        .put("x", base64(sized(pair.getPublic().getEncoded(), 32)));
  }

  /** The last bytes, with zeros before them if there are fewer. */
  private static byte[] sized(byte[] bytes, int size) {
    byte[] sized = new byte[size];
    int count = Math.min(size, bytes.length);
    System.arraycopy(bytes, bytes.length - count, sized, size - count, count);
    return sized;
  }

  private String signed(KeyPair pair, String claims) throws GeneralSecurityException {
    String header = new JsonObject().put("alg", algorithm).put("kid", KEY).encode();
    String input = base64(header.getBytes(StandardCharsets.UTF_8)) + "." + claims;
    Signature signature =
        Signature.getInstance(
            switch (algorithm) {
              case "RS256" -> "SHA256withRSA";
              case "PS256" -> "RSASSA-PSS";
              case "ES256" -> "SHA256withECDSAinP1363Format";
              default -> "Ed25519";
            });
    if (algorithm.equals("PS256")) {
      signature.setParameter(
          new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1));
    }
    signature.initSign(pair.getPrivate());
    signature.update(input.getBytes(StandardCharsets.US_ASCII));
    return input + "." + base64(signature.sign());
  }

  private static String base64(byte[] bytes) {
    int sign = bytes.length > 1 && bytes[0] == 0 && bytes.length % 2 == 1 ? 1 : 0;
    byte[] bare = Arrays.copyOfRange(bytes, sign, bytes.length);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bare);
  }
}
