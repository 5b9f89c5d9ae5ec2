package dev.holdfast.runs.records;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.holdfast.agui.Json;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.redis.Keys;
import dev.holdfast.runs.Await;
import dev.holdfast.runs.TestConfig;
import dev.holdfast.runs.usage.TokenStore;
import dev.holdfast.testkit.OwnRedis;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Tokens of models that a day's runs take. */
@ExtendWith(RedisExtension.class)
class TokensIT {
  private static final long DAY_MS = 86_400_000;

  /** Longer than a test takes, shorter than one waits. */
  private static final long A_TEST_MS = 15_000;

  private Stores stores;

  @BeforeEach
  void open(TestRedis redis) {
    stores =
        new Stores(
            redis.uri(),
            TestConfig.with(
                Map.of("userTokensPerDay", 100L, "tenantTokensPerDay", 250L, "userRuns", 100)));
    Await.until("its day goes on", () -> leftOfDay() > A_TEST_MS);
  }

  /** Days are those of Redis' clock, by UTC. */
  private long leftOfDay() {
    return DAY_MS - Await.get(stores.dues.now()) % DAY_MS;
  }

  @AfterEach
  void close() {
    stores.close();
  }

  private static JsonNode took(long tokens) {
    return Json.parse("{\"usage\":[{\"model\":\"m\",\"totalTokens\":" + tokens + "}]}");
  }

  private RunKey run(String id) {
    return new RunKey(stores.tenant, id);
  }

  private void spent(String user, long tokens) {
    Await.get(stores.places.spend(run("any"), user, took(tokens)));
  }

  private String refusal(String user) {
    HoldfastException refused =
        Await.refusal(stores.places.reserve(run("r" + System.nanoTime()), user, 1));
    assertEquals(ErrorCode.LIMIT_EXCEEDED, refused.code());
    return refused.publicMessage();
  }

  private void starts(String user) {
    Await.get(stores.places.reserve(run("r" + System.nanoTime()), user, 1));
  }

  @Test
  void aUserAndATenantTakeNoMoreTokensADayThanTheyMay() {
    spent("ann", 99);
    starts("ann");
    spent("ann", 1);
    assertTrue(refusal("ann").matches("runs: .* the user may take today; again in \\d+ s"));
    starts("bob");
    spent("bob", 99);
    spent("cem", 51);
    assertTrue(refusal("cem").contains("the tenant"), "99 + 1 + 99 + 51");

    for (String user : new String[] {"ann", null}) {
      String key = Keys.runTokens(stores.tenant, user);
      assertTrue(stores.redis("PTTL", key).asLong() > 0);
      stores.redis("HINCRBY", key, "d", -1);
    }
    starts("ann");
    spent("ann", 40);
    assertEquals(40, stores.redis("HGET", Keys.runTokens(stores.tenant, null), "n").asLong());
  }

  @Test
  void aRunIsCountedOnceHoweverOftenItsEndIsAnnounced() {
    RunRecord ended = ended(stores);
    for (int i = 0; i < 3; i++) {
      Await.get(stores.records.close(ended, "{}".getBytes(), took(30)));
    }
    assertEquals(30, stores.redis("HGET", Keys.runTokens(stores.tenant, "ann"), "n").asLong());
  }

  private static RunRecord ended(Stores of) {
    RunSpec spec = of.spec("th", "r1");
    Await.get(of.threads.begin(spec));
    RunRecord run = Await.get(of.runs.create(spec)).run();
    var cancelled = RunRecord.End.of("cancelled", "");
    Await.get(of.runs.cancel(run.key(), "ann", ""));
    return Await.get(of.runs.end(run.key(), run.generation(), EndCause.CANCELLED, cancelled, "{}"))
        .run();
  }

  /** Nobody else counts it: the sweep finds a run that is closed. */
  @Test
  void aRunIsClosedByWhoeverClosesItThoughItsDueEntryStays(@OwnRedis TestRedis own) {
    try (Stores broken = new Stores(own.uri())) {
      RunRecord ended = ended(broken);
      String due = Keys.runDue(ended.key().shard());
      broken.redis("DEL", due);
      broken.redis("SET", due, "no set");
      assertTrue(Await.get(broken.records.close(ended, "{}".getBytes(), took(30))));
    }
  }

  @Test
  void tokensAreThoseOfAllModels() {
    assertEquals(
        47,
        TokenStore.tokens(
            Json.parse(
                "[{\"totalTokens\":10},{\"inputTokens\":30,\"outputTokens\":7},{\"x\":1},"
                    + "{\"totalTokens\":-5}]")));
    assertEquals(0, TokenStore.tokens(Json.parse("[]")));
  }

  @Test
  void withoutALimitNothingIsCounted(TestRedis redis) {
    try (Stores free = new Stores(redis.uri())) {
      Await.get(free.places.spend(new RunKey(free.tenant, "r"), "ann", took(9)));
      assertEquals(0, free.redis("EXISTS", Keys.runTokens(free.tenant, "ann")).asLong());
    }
  }
}
