package dev.holdfast.runs.agents;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.agui.Json;
import dev.holdfast.runs.RunView;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Says to an agent who asks, as a JWT (HS256) of a secret that the two share: an agent that checks
 * it need not trust what the input says, nor everybody who can reach it.
 */
final class RunContext {
  /** The header of the request. */
  static final String HEADER = "holdfast-context";

  /** Shorter secrets can be guessed: HS256 wants as many bytes as its digest has. */
  static final int LEAST_SECRET = 32;

  private static final String MAC = "HmacSHA256";
  private static final long LIFE_S = 300;

  private final String agent;
  private final SecretKeySpec key;

  /**
   * @param secret at least {@link #LEAST_SECRET} characters
   */
  RunContext(String agent, String secret) {
    if (secret.length() < LEAST_SECRET) {
      throw new IllegalArgumentException("at least " + LEAST_SECRET + " characters are needed");
    }
    this.agent = agent;
    this.key = new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), MAC);
  }

  /** Returns the token, for five minutes from now. */
  String of(RunView run, Instant now) {
    ObjectNode claims = Json.object().put("iss", "holdfast").put("aud", agent);
    claims.put("sub", run.owner()).put("tenant", run.tenant()).put("run", run.run());
    claims.put("thread_id", run.threadId()).put("run_id", run.runId());
    claims.put("attempt", run.attempt());
    claims.put("iat", now.getEpochSecond()).put("exp", now.getEpochSecond() + LIFE_S);
    String signed =
        part("{\"alg\":\"HS256\",\"typ\":\"JWT\"}".getBytes(StandardCharsets.UTF_8))
            + "."
            + part(Json.text(claims).getBytes(StandardCharsets.UTF_8));
    return signed + "." + part(mac(signed.getBytes(StandardCharsets.US_ASCII)));
  }

  private byte[] mac(byte[] text) {
    try {
      Mac mac = Mac.getInstance(MAC);
      mac.init(key);
      return mac.doFinal(text);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has " + MAC, e);
    }
  }

  private static String part(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
