package dev.holdfast.nodes;

import static dev.holdfast.nodes.Cluster.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.holdfast.core.NodeId;
import dev.holdfast.redis.Keys;
import dev.holdfast.sessions.SessionRef;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A connection that is silent for days keeps its session. */
@ExtendWith(RedisExtension.class)
class RenewalsIT {
  private static final long SOON_GONE_MS = 600_000;

  private Cluster cluster;

  @BeforeEach
  void start(TestRedis redis) {
    cluster = Cluster.start(redis.uri(), Duration.ofMinutes(2));
  }

  @AfterEach
  void stop() {
    cluster.close();
  }

  /** One that could not be renewed kept all behind it from being renewed. */
  @Test
  void allThatIsAttachedIsRenewedPageByPageAndPeriodByPeriodPastWhatFails() {
    LeaseConfig config = Cluster.config().withUpkeep(Duration.ofSeconds(1));
    NodeId node = cluster.node(cluster.undeployed(config)).node();
    List<SessionRef> attached = cluster.attachMany(60, node);
    SessionRef broken = attached.get(0);
    cluster.redis("DEL", key(broken));
    cluster.redis("SET", key(broken), "broken");
    List<SessionRef> whole = attached.subList(1, attached.size());

    for (int period = 0; period < 2; period++) {
      whole.forEach(session -> cluster.redis("PEXPIRE", key(session), SOON_GONE_MS));
      Awaitility.await().until(() -> whole.stream().allMatch(this::isRenewed));
    }

    assertEquals("broken", cluster.redis("GET", key(broken)).asText());
    cluster.redis("DEL", key(broken));
  }

  private boolean isRenewed(SessionRef session) {
    return await(cluster.raw.send("PTTL", key(session))).asLong() > SOON_GONE_MS;
  }

  private static String key(SessionRef session) {
    return Keys.session(session.tenant(), session.session());
  }
}
