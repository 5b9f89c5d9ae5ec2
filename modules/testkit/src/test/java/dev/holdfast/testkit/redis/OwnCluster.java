package dev.holdfast.testkit.redis;

import dev.holdfast.testkit.TestRedis;
import java.time.Duration;
import java.util.Objects;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A cluster of three masters and three replicas for the tests of a class. */
final class OwnCluster implements BeforeAllCallback, AfterAllCallback {
  private TestRedis some;
  private ClusterServers servers;

  ClusterServers servers() {
    return Objects.requireNonNull(servers, "not started");
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    Awaitility.setDefaultTimeout(Duration.ofSeconds(60));
    some = TestRedis.own();
    servers = ClusterServers.start(some.binary(), 3, 3);
  }

  @Override
  public void afterAll(ExtensionContext context) {
    if (servers != null) {
      servers.close();
    }
    some.close();
    Awaitility.reset();
  }
}
