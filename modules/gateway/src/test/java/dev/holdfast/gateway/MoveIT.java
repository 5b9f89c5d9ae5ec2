package dev.holdfast.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.gateway.GatewayFixture.Welcomed;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import dev.holdfast.testkit.client.ManualClient;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Clients that are asked to move to another node. */
@ExtendWith(RedisExtension.class)
class MoveIT {
  private GatewayFixture node;

  @BeforeEach
  void start(TestRedis redis) {
    node = new GatewayFixture(redis.uri());
  }

  @AfterEach
  void stop() {
    node.close();
  }

  @Test
  void asManyAsAreToMoveAreAskedAndEachOnceAMinute() {
    List<Welcomed> all = List.of(node.hello("ann"), node.hello("bob"), node.hello("cleo"));
    node.directory.move(2);
    pong(all);
    assertEquals(2, asked(all));

    node.directory.move(2);
    pong(all);
    assertEquals(3, asked(all), "only one is left that was not asked");
  }

  @Test
  void theSessionGoesOnOnTheNewConnectionAndTheOldOneIsReplaced() {
    Welcomed ann = node.hello("ann");
    node.directory.move(1);
    ObjectNode frame = ann.client().await("reconnect");
    assertEquals("rebalance", frame.get("reason").asText());
    assertTrue(frame.get("after").asLong() >= 0 && frame.get("after").asLong() < 1_000);

    Welcomed moved = node.hello(node.token("ann"), Map.of("resume", ann.session()));
    assertTrue(moved.welcome().get("resumed").asBoolean());
    assertEquals(4500, ann.client().awaitClose().code());
  }

  /**
   * Of three nodes the two full ones handed each other half of what they were to hand to the third.
   */
  @Test
  void aNodeWithMoreThanItsShareSendsOnWhomAnotherAskedToMove() {
    Welcomed ann = node.hello("ann");
    node.directory.crowded(true);

    ManualClient moving = node.connect();
    var members = Map.of("resume", ann.session(), "move", true);
    GatewayFixture.sayHello(moving, node.token("ann"), members);
    assertEquals(4011, moving.awaitClose().code());

    pong(List.of(ann));
    assertTrue(ann.client().isOpen(), "the session was not touched");
    Welcomed back = node.hello(node.token("ann"), Map.of("resume", ann.session()));
    assertTrue(back.welcome().get("resumed").asBoolean(), "who does not say so is taken");
    node.directory.crowded(false);
    node.hello(node.token("ann"), members);
  }

  /** What was sent before has come. */
  private static void pong(List<Welcomed> all) {
    for (Welcomed client : all) {
      long before = count(client, "pong");
      client.client().send("ping", Map.of());
      client.client().await(frame -> count(client, "pong") > before, "another pong");
    }
  }

  private static long asked(List<Welcomed> all) {
    return all.stream().mapToLong(client -> count(client, "reconnect")).sum();
  }

  private static long count(Welcomed client, String type) {
    return client.client().frames().stream()
        .filter(frame -> frame.path("type").asText().equals(type))
        .count();
  }
}
