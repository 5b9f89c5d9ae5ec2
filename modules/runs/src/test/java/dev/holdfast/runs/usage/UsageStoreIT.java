package dev.holdfast.runs.usage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.agui.Json;
import dev.holdfast.redis.Keys;
import dev.holdfast.runs.AgentMessage.Used;
import dev.holdfast.runs.Await;
import dev.holdfast.runs.records.EndCause;
import dev.holdfast.runs.records.RunRecord;
import dev.holdfast.runs.records.RunSpec;
import dev.holdfast.runs.records.Stores;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What runs took, by day. */
@ExtendWith(RedisExtension.class)
class UsageStoreIT {
  private static final long DAY_MS = 86_400_000;

  private Stores stores;
  private UsageStore usage;

  @BeforeEach
  void open(TestRedis redis) {
    stores = new Stores(redis.uri());
    usage = stores.records.usage();
  }

  @AfterEach
  void close() {
    stores.close();
  }

  private void add(String user, String agent, long ended, Map<String, Long> tokens) {
    Await.get(usage.add(stores.tenant, new RunUse(user, agent, ended, 1_500, tokens)));
  }

  private List<Used> day(int day, String kind) {
    return Await.get(usage.day(stores.tenant, day)).stream()
        .filter(row -> row.kind().equals(kind))
        .toList();
  }

  @Test
  void aDayHasARowOfEachUserAgentAndModel() {
    add("ann", "seeker", 5 * DAY_MS, Map.of("m 1", 10L, "", 2L));
    add("ann", "writer", 6 * DAY_MS - 1, Map.of("m 1", 20L));
    add("bob", "writer", 5 * DAY_MS, Map.of());
    add("bob", "writer", 6 * DAY_MS, Map.of("m 1", 99L));
    assertEquals(
        List.of(new Used("user", "ann", 2, 3_000, 32), new Used("user", "bob", 1, 1_500, 0)),
        day(5, "user"));
    assertEquals(
        List.of(
            new Used("agent", "writer", 2, 3_000, 20), new Used("agent", "seeker", 1, 1_500, 12)),
        day(5, "agent"));
    assertEquals(
        List.of(new Used("model", "m 1", 2, 3_000, 30), new Used("model", null, 1, 1_500, 2)),
        day(5, "model"));
    assertEquals(99, day(6, "user").get(0).tokens());
    assertEquals(List.of(), day(7, "user"));
    long left = stores.redis("PTTL", Keys.runUsage(stores.tenant, 5)).asLong();
    assertTrue(left > 39 * DAY_MS && left <= 40 * DAY_MS);
  }

  /** Workers make up names as they like. */
  @Test
  void whatIsBeyondTheMostNamesHasNone() {
    List<Future<?>> added = new ArrayList<>();
    for (int i = 0; i < 110; i++) {
      var run = new RunUse("ann", "seeker", DAY_MS, 1, Map.of("m" + i, 1L));
      added.add(usage.add(stores.tenant, run));
    }
    Await.get(Future.all(added));
    add("ann", "seeker", DAY_MS, Map.of("m0", 5L));
    List<Used> models = day(1, "model");
    assertEquals(101, models.size());
    assertNull(models.get(0).name());
    assertEquals(10, models.get(0).tokens());
    assertEquals(new Used("model", "m0", 2, 1_501, 6), models.get(1));
  }

  /** Whoever may start runs of any agent could keep the real ones from having rows. */
  @Test
  void anAgentThatNoWorkerActsForHasNoRow() {
    Await.get(usage.add(stores.tenant, new RunUse("ann", "made-up", DAY_MS, 0, Map.of())));
    add("ann", "seeker", DAY_MS, Map.of("m", 7L));
    Await.get(usage.add(stores.tenant, new RunUse("ann", "seeker", DAY_MS, 0, Map.of())));
    assertEquals(
        List.of(new Used("agent", "seeker", 2, 1_500, 7), new Used("agent", null, 1, 0, 0)),
        day(1, "agent"));
  }

  @Test
  void aRunIsCountedOnceHoweverOftenItIsClosed() {
    RunSpec spec = stores.spec("th", "r1");
    Await.get(stores.threads.begin(spec));
    RunRecord run = Await.get(stores.runs.create(spec)).run();
    Await.get(stores.runs.cancel(run.key(), "ann", ""));
    var how = RunRecord.End.of("cancelled", "");
    RunRecord ended =
        Await.get(stores.runs.end(run.key(), run.generation(), EndCause.CANCELLED, how, "{}"))
            .run();
    var last = Json.parse("{\"usage\":[{\"model\":\"m\",\"totalTokens\":30}]}");
    for (int i = 0; i < 3; i++) {
      stores.on(() -> stores.records.close(ended, "{}".getBytes(), last));
    }
    int day = (int) (ended.end().at() / DAY_MS);
    assertEquals(List.of(new Used("user", "ann", 1, 0, 30)), day(day, "user"));
    assertEquals(List.of(new Used("model", "m", 1, 0, 30)), day(day, "model"));
  }
}
