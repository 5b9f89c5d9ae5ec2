package dev.holdfast.nodes.usage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.connections.usage.UsageMessage.Exported;
import dev.holdfast.core.Ids;
import dev.holdfast.redis.FileKeys;
import dev.holdfast.redis.RedisConfig;
import dev.holdfast.redis.RedisLink;
import dev.holdfast.testkit.OwnRedis;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** An export while the table of keys that it walks through gets smaller. */
@ExtendWith(RedisExtension.class)
class ShrinkingExportIT {
  private static final int FILES = 16_000;
  private static final int FILLERS = 120_000;

  /** Most looks at the table; Redis makes it smaller before each. */
  private static final int MOST_LOOKS = 200;

  private final String tenant = "e" + Ids.fresh();
  private final Vertx vertx = Vertx.vertx();
  private TestRedis server;
  private RedisLink link;

  @BeforeEach
  void start(@OwnRedis TestRedis redis) throws Exception {
    server = redis;
    RedisConfig config = RedisConfig.of(server.uri()).withConnectTimeout(Duration.ofSeconds(20));
    link = await(RedisLink.open(vertx, config, "test", new SimpleMeterRegistry()));
  }

  @AfterEach
  void stop() throws Exception {
    await(vertx.close());
  }

  /** Redis makes its table smaller, and SCAN gives keys again. */
  @Test
  @Timeout(120)
  void nothingComesTwiceWhileRedisShrinks() throws Exception {
    List<Future<?>> written = new ArrayList<>();
    for (int i = 0; i < FILES; i++) {
      // Long enough that a part has as many as a page of SCAN while the table is large.
      written.add(
          link.send(
              "HSET", FileKeys.file(tenant, "f" + i), "owner", "ann", "name", "n".repeat(2_000)));
      if (written.size() == 500) {
        await(Future.all(written));
        written.clear();
      }
    }
    long small = overhead();
    var seen = new SeenKeys();
    var exporting = new Exporting(vertx, link, tenant, null, seen);
    List<String> files = new ArrayList<>();
    Exported part = null;
    for (int i = 0; part == null || !part.last(); i++) {
      if (seen.repeated() == 0 && i % 10 == 0) {
        fillers("'SET',KEYS[1]..i,1");
      } else if (seen.repeated() == 0 && i % 10 == 8) {
        shrink(small);
      }
      part = await(exporting.next());
      part.lines()
          .lines()
          .map(JsonObject::new)
          .filter(line -> line.getString("kind").equals("file"))
          .forEach(line -> files.add(line.getString("file")));
    }

    assertEquals(FILES, files.size());
    assertEquals(FILES, new HashSet<>(files).size());
    assertTrue(seen.repeated() > 0, "SCAN gave no key again, so nothing is shown");
  }

  private void shrink(long small) throws Exception {
    fillers("'DEL',KEYS[1]..i");
    long left = overhead();
    for (int looks = 0; left > small + (256 << 10); looks++) {
      assertTrue(looks < MOST_LOOKS, "the table stays as large: " + left + " bytes, was " + small);
      fillers("'EXISTS',KEYS[1]..i");
      left = overhead();
    }
  }

  private void fillers(String command) throws Exception {
    String script = "for i=ARGV[1]+0,ARGV[2]+0 do redis.call(" + command + ") end";
    for (int i = 0; i < FILLERS; i += 20_000) {
      await(link.send("EVAL", script, 1, "filler", i + 1, i + 20_000));
    }
  }

  /** Bytes that Redis has for its own, the table of keys above all. */
  private long overhead() {
    String memory = server.text("INFO", "memory");
    return Long.parseLong(memory.replaceAll("(?s).*used_memory_overhead:([0-9]+).*", "$1"));
  }

  private static <A> A await(Future<A> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
  }
}
