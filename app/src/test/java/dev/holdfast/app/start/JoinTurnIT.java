package dev.holdfast.app.start;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.embedded.EmbeddedRedis;
import dev.holdfast.embedded.EmbeddedRedisConfig;
import dev.holdfast.redis.Keys;
import dev.holdfast.redis.RedisConfig;
import dev.holdfast.redis.RedisLink;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three nodes that started together elected a first among them for 3 to 20 s. */
class JoinTurnIT {
  private static final Duration LONG = Duration.ofMinutes(1);
  private static final Pattern SETS = Pattern.compile("cmdstat_set:calls=([4-9]|\\d\\d)");

  @TempDir Path folder;

  private EmbeddedRedis server;
  private RedisConfig redis;

  @BeforeEach
  void start() {
    server = EmbeddedRedis.start(EmbeddedRedisConfig.in(folder));
    redis = RedisConfig.of(server.uri());
  }

  @AfterEach
  void stop() {
    server.kill();
  }

  @Test
  void oneGoesFirstAndTheOthersFollowTogetherWhenItHasJoined() {
    var first = JoinTurn.take(redis, "a", LONG);
    List<CompletableFuture<JoinTurn>> others = new ArrayList<>();
    for (String name : List.of("b", "c")) {
      others.add(CompletableFuture.supplyAsync(() -> JoinTurn.take(redis, name, LONG)));
    }
    assertTrue(first.first());
    // One of each, and one that gives the data a name; those that wait ask again.
    await().atMost(LONG).until(() -> SETS.matcher(ask("INFO", "commandstats")).find());
    assertFalse(others.get(0).isDone());
    assertFalse(others.get(1).isDone());

    first.close();

    for (var other : others) {
      try (var turn = other.join()) {
        assertFalse(turn.first());
      }
    }
    assertNoTurn();
  }

  /** It renews its turn no more, and has not given it on. */
  @Test
  void theOthersGoOnWhenTheFirstHasDied() throws Exception {
    ask("SET", Keys.join(), "dead", "PX", "1000");

    try (var turn = JoinTurn.take(redis, "b", LONG)) {
      assertFalse(turn.first());
    }
    assertNoTurn();
  }

  @Test
  void aFirstThatTakesTooLongIsNotWaitedForLonger() {
    try (var first = JoinTurn.take(redis, "a", LONG);
        var impatient = JoinTurn.take(redis, "b", Duration.ofMillis(100))) {
      assertTrue(first.first());
      assertFalse(impatient.first());
    }
    assertNoTurn();
  }

  @Test
  void aRedisThatIsGoneHoldsNobodyUp() {
    var turn = JoinTurn.take(redis, "a", LONG);
    server.kill();

    turn.close();

    try (var without = JoinTurn.take(redis, "b", LONG)) {
      assertFalse(without.first());
    }
  }

  /** A turn is given on a moment after it was closed. */
  private void assertNoTurn() {
    await().atMost(LONG).until(this::isFree);
  }

  private boolean isFree() {
    try (var turn = JoinTurn.take(redis, "next", LONG)) {
      return turn.first();
    }
  }

  private String ask(String command, Object... args) throws Exception {
    Vertx vertx = Vertx.vertx();
    try {
      return RedisLink.open(vertx, redis, "test", new SimpleMeterRegistry())
          .compose(link -> link.send(command, args))
          .map(reply -> reply.asText())
          .toCompletionStage()
          .toCompletableFuture()
          .get(30, TimeUnit.SECONDS);
    } finally {
      vertx.close().toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }
  }
}
