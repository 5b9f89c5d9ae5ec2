package dev.holdfast.loadtest.worker;

import dev.holdfast.cluster.Loopback;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a worker.
 *
 * @param port 0 takes a free one
 * @param secret that the coordinator has to know; none: it listens on this machine only
 * @param loops event loops for clients, and as many for publishing
 */
public record WorkerConfig(String host, int port, @Nullable String secret, int loops) {
  private static final int LEAST_SECRET = 16;

  public WorkerConfig {
    Objects.requireNonNull(host, "host");
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException("port: 0 to 65535, not " + port);
    }
    if (loops < 1 || loops > 256) {
      throw new IllegalArgumentException("loops: 1 to 256, not " + loops);
    }
    if (secret != null && secret.length() < LEAST_SECRET) {
      throw new IllegalArgumentException("secret: at least " + LEAST_SECRET + " characters");
    }
    if (secret == null && !Loopback.is(host)) {
      throw new IllegalArgumentException(
          "secret: needed, as " + host + " can be reached from other machines");
    }
  }

  @Override
  public String toString() {
    return "WorkerConfig[" + host + ":" + port + ", loops=" + loops + "]";
  }
}
