package dev.holdfast.gateway.page;

import dev.holdfast.auth.TokenSigner;
import dev.holdfast.auth.config.AuthConfig;
import dev.holdfast.core.Caller;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.Set;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Signs in made-up users of the page of a development node. Whoever asks has to show the page's
 * key, which the node prints when it starts: being able to reach the node is not enough, since a
 * proxy, or another site's page, may reach it, too. Safe on any thread.
 */
public final class Development {
  private static final Duration LIFE = Duration.ofHours(1);
  private static final Set<String> PERMISSIONS = Set.of("subscribe:*", "publish:*", "request:*");
  private static final int KEY_BYTES = 18;

  private final byte[] key;
  private final TokenSigner signer;

  /**
   * @param secret the development key
   * @param auth as in {@link TokenSigner}
   */
  public Development(String secret, AuthConfig auth) {
    this.key = keyOf(secret).getBytes();
    this.signer = new TokenSigner(secret, auth);
  }

  /** Returns the page's key, 24 characters of base64url. It does not reveal the secret. */
  public static String keyOf(String secret) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret.getBytes(), "HmacSHA256"));
      byte[] all = mac.doFinal("page".getBytes());
      byte[] first = Arrays.copyOf(all, KEY_BYTES);
      return Base64.getUrlEncoder().withoutPadding().encodeToString(first);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("HmacSHA256", e);
    }
  }

  boolean opensWith(@Nullable String shown) {
    return shown != null && MessageDigest.isEqual(key, shown.getBytes());
  }

  /**
   * @throws dev.holdfast.core.HoldfastException if a name is not valid
   */
  String token(String tenant, String user) {
    return signer.sign(new Caller.User(tenant, user, Set.of(), PERMISSIONS), LIFE);
  }
}
