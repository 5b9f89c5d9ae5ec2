package dev.holdfast.app.start;

import dev.holdfast.app.config.ConfigException;
import dev.holdfast.app.config.HoldfastConfig;
import dev.holdfast.auth.DevelopmentKey;
import dev.holdfast.auth.config.Algorithm;
import dev.holdfast.auth.config.AuthConfig;
import dev.holdfast.auth.config.VerificationKey;
import dev.holdfast.cluster.ClusterSecret;
import dev.holdfast.core.process.SecretFile;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;

/** The keys and secrets of a node: the configured ones, otherwise those that it generates. */
public final class Keys {
  private Keys() {}

  /** Returns the keys that a node trusts; makes the development key if none is configured. */
  public static AuthConfig trusted(HoldfastConfig config) {
    return config.developmentKey()
        ? config.auth().withKeys(VerificationKey.hs256(development(config)))
        : config.auth();
  }

  /**
   * A secret that such a node accepts tokens of.
   *
   * @throws ConfigException if only public keys are configured
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

  /**
   * The configuration with a secret for the bus: on loopback, if none is given, that of the data
   * folder, which is made if it is missing. One alone that can't write there, as in a container
   * whose files are read-only, has one that nobody else knows.
   */
  public static HoldfastConfig guarded(HoldfastConfig config) {
    var cluster = config.cluster();
    if (cluster.guarded() || cluster.insecure()) {
      return config;
    }
    try {
      return config.with(cluster.withSecret(ClusterSecret.of(config.data())));
    } catch (IOException e) {
      if (cluster.members().isEmpty() && !Files.isWritable(config.data())) {
        return config.with(cluster.withSecret(SecretFile.fresh()));
      }
      throw new ConfigException(List.of("cluster secret: " + e.getMessage()));
    }
  }

  private static String development(HoldfastConfig config) {
    try {
      return DevelopmentKey.of(config.data()).secret();
    } catch (IOException e) {
      throw new ConfigException(List.of("development key: " + e.getMessage()));
    }
  }
}
