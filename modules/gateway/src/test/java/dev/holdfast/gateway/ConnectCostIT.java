package dev.holdfast.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.Ids;
import dev.holdfast.gateway.GatewayFixture.Welcomed;
import dev.holdfast.gateway.config.GatewayConfig;
import dev.holdfast.limits.LimitsConfig;
import dev.holdfast.testkit.OwnRedis;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The scripts that a client's coming costs; a node's publications of its life come on top. */
@ExtendWith(RedisExtension.class)
class ConnectCostIT {
  private static final int CLIENTS = 20;

  private GatewayFixture node;

  @BeforeEach
  void start(@OwnRedis TestRedis redis) {
    node =
        new GatewayFixture(
            redis.uri(), "t" + Ids.fresh(), GatewayConfig.DEFAULTS, LimitsConfig.DEFAULTS);
    node.hello("first").live();
  }

  @AfterEach
  void stop() {
    node.close();
  }

  private long scripts() {
    String stats = node.redis("INFO", "commandstats").asText();
    Matcher calls = Pattern.compile("cmdstat_evalsha:calls=(\\d+)").matcher(stats);
    return calls.find() ? Long.parseLong(calls.group(1)) : 0;
  }

  /** Three entries of indexes, the attach, and the interest in the channel of its user. */
  @Test
  void aNewSessionTakesFiveScripts() {
    long before = scripts();

    for (int i = 0; i < CLIENTS; i++) {
      node.hello("user" + i).live();
    }

    double each = (scripts() - before) / (double) CLIENTS;
    assertTrue(each <= 5.5, () -> each + " scripts for each new session");
  }

  /** A client that keeps no cursors gets what came since, also if its node was killed at once. */
  @Test
  void theFirstCursorsAreInTheRecordBeforeTheWelcome() {
    Welcomed ann = node.hello("ann");

    for (String channel : new String[] {"tenant", "user:ann", "session:" + ann.session()}) {
      String[] stored = node.storedCursor(ann.session(), channel).split(":");
      assertEquals(2, stored.length, channel);
      var frame = ann.client().await("subscribed", channel);
      assertEquals(stored[0], frame.get("epoch").asText());
      assertEquals(Long.parseLong(stored[1]), frame.get("seq").asLong());
    }
  }
}
