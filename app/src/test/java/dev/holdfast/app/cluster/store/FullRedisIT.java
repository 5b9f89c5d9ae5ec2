package dev.holdfast.app.cluster.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.app.cluster.RedisKeys;
import dev.holdfast.core.Ids;
import dev.holdfast.redis.Keys;
import dev.holdfast.redis.Reply;
import dev.holdfast.testkit.ClusterExtension;
import dev.holdfast.testkit.ClusterOptions;
import dev.holdfast.testkit.Repeatedly;
import dev.holdfast.testkit.TestCluster;
import dev.holdfast.testkit.client.ManualClient;
import java.util.HashMap;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A Redis without any memory left. One tenant's flood took every node off the air: no lease was
 * renewed, no session resumed, detached or ended, and so nothing freed what would have helped.
 */
@ExtendWith(ClusterExtension.class)
class FullRedisIT {
  private static final String NEWS = "topic:news";
  private static final Map<String, String> CLIENT = Map.of("name", "test", "version", "1");

  private final String tenant = "t-" + Ids.fresh();

  @Repeatedly
  void sessionsLiveOnAndEndWhilePublishingIsRefused() {
    try (var cluster = TestCluster.start(options());
        var redis = RedisKeys.of(cluster)) {
      ManualClient ann = cluster.clients().manual(cluster.node(1).url());
      String annsSession = hello(cluster, ann, "ann", null).get("session").asText();
      ann.send("subscribe", Map.of("id", "s", "channel", NEWS));
      assertEquals("reply", ann.awaitAnswer("s").get("type").asText());
      assertEquals("reply", publish(ann, NEWS, 1).get("type").asText());
      ManualClient bob = cluster.clients().manual(cluster.node(2).url());
      String bobsSession = hello(cluster, bob, "bob", null).get("session").asText();

      redis.send("CONFIG", "SET", "maxmemory", 1);
      assertEquals("store_full", publish(ann, NEWS, 2).get("code").asText());
      assertEquals("store_full", publish(ann, "topic:new", 1).get("code").asText());
      bob.close();
      ManualClient resumed = cluster.clients().manual(cluster.node(2).url());
      ObjectNode welcome = hello(cluster, resumed, "ann", annsSession);
      assertTrue(welcome.get("resumed").asBoolean());
      resumed.await("live", NEWS);
      Awaitility.await("bob's session ends").until(() -> state(redis, bobsSession).equals("ended"));
      cluster.node(1).kill();
      Awaitility.await("node 1 is reaped")
          .until(() -> cluster.node(2).metrics().sum("holdfast_nodes_reaped_total") == 1);
      Awaitility.await("ready").until(() -> cluster.node(2).isReady());
      cluster.node(1).start(); // until it is ready

      redis.send("CONFIG", "SET", "maxmemory", 0);
      Awaitility.await("node 2 notices it")
          .until(() -> cluster.node(2).metrics().sum("holdfast_redis_refusing") == 0);
      ManualClient eve = cluster.clients().manual(cluster.node(2).url());
      hello(cluster, eve, "eve", null);
      assertEquals("reply", publish(eve, NEWS, 1).get("type").asText());
      Awaitility.await("bob's session is notified and deleted")
          .until(() -> state(redis, bobsSession).isEmpty());
    }
  }

  /** With clients that answer no ping, on a machine that may be busy. */
  private static ClusterOptions options() {
    return ClusterOptions.of(2)
        .with("lease.lease", "3s")
        .with("sessions.linger", "5s")
        .with("gateway.heartbeat", "1m");
  }

  private String state(RedisKeys redis, String session) {
    Reply state = redis.send("HGET", Keys.session(tenant, session), "state");
    return state.isNull() ? "" : state.asText();
  }

  private static ObjectNode publish(ManualClient client, String channel, int n) {
    String id = Ids.fresh();
    client.send(
        "publish",
        Map.of("id", id, "channel", channel, "event", "e", "n", n, "data", Map.of("k", "v")));
    return client.awaitAnswer(id);
  }

  private ObjectNode hello(TestCluster cluster, ManualClient client, String user, String resume) {
    Map<String, Object> hello = new HashMap<>();
    hello.put("token", cluster.token(tenant, user));
    hello.put("client", CLIENT);
    if (resume != null) {
      hello.put("resume", resume);
    }
    client.send("hello", hello);
    return client.await("welcome");
  }
}
