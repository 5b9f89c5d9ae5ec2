package dev.holdfast.app.node;

import dev.holdfast.app.config.ConfigException;
import dev.holdfast.app.config.HoldfastConfig;
import dev.holdfast.auth.Algorithm;
import dev.holdfast.auth.AuthConfig;
import dev.holdfast.auth.DevelopmentKey;
import dev.holdfast.auth.VerificationKey;
import java.io.IOException;
import java.util.List;

/** Which keys tokens are checked and signed with: the configured ones, else the generated one. */
public final class Keys {
  private Keys() {}

  /** What a node trusts; makes the development key where no key is configured. */
  static AuthConfig trusted(HoldfastConfig config) {
    return config.developmentKey()
        ? config.auth().withKeys(VerificationKey.hs256(development(config)))
        : config.auth();
  }

  /**
   * A secret that such a node accepts tokens of.
   *
   * @throws ConfigException where only public keys are configured
   */
  public static String signing(HoldfastConfig config) {
    if (config.developmentKey()) {
      return development(config);
    }
    return config.auth().keys().stream()
        .filter(key -> key.algorithm() == Algorithm.HS256)
        .map(VerificationKey::secret)
        .findFirst()
        .orElseThrow(
            () -> new ConfigException(List.of("auth.keys: no HS256 key to sign a token with")));
  }

  private static String development(HoldfastConfig config) {
    try {
      return DevelopmentKey.of(config.data()).secret();
    } catch (IOException e) {
      throw new ConfigException(List.of("development key: " + e.getMessage()));
    }
  }
}
