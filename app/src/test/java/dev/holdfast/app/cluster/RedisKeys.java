package dev.holdfast.app.cluster;

import dev.holdfast.redis.RedisConfig;
import dev.holdfast.redis.RedisLink;
import dev.holdfast.redis.Reply;
import dev.holdfast.testkit.TestCluster;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;

/** Looks at what is in a cluster's Redis. Blocks. */
public final class RedisKeys implements AutoCloseable {
  private final RedisLink link;

  private RedisKeys(RedisLink link) {
    this.link = link;
  }

  public static RedisKeys of(TestCluster cluster) {
    Vertx vertx = cluster.clients().vertx();
    Promise<RedisLink> opened = Promise.promise();
    vertx.runOnContext(
        v ->
            RedisLink.open(
                    vertx,
                    RedisConfig.of(cluster.redis().uri())
                        .withConnectTimeout(Duration.ofSeconds(20)),
                    "test",
                    new SimpleMeterRegistry())
                .onComplete(opened));
    return new RedisKeys(await(opened.future()));
  }

  /**
   * How many keys of each family: the word after {@code hf:}. What is kept for some minutes of how
   * a session ended is no session.
   */
  public Map<String, Integer> families() {
    Map<String, Integer> counts = new TreeMap<>();
    String cursor = "0";
    do {
      Reply page = await(link.send("SCAN", cursor, "MATCH", "hf:*", "COUNT", 1000));
      for (Reply key : page.at(1).list()) {
        String family = key.asText().split(":")[1];
        if (!family.equals("sess") || isSession(key.asText())) {
          counts.merge(family, 1, Integer::sum);
        }
      }
      cursor = page.at(0).asText();
    } while (!cursor.equals("0"));
    return counts;
  }

  public Reply send(String command, Object... args) {
    return await(link.send(command, args));
  }

  /** Visits every key with its value as text, element by element. Some may come twice. */
  public void each(BiConsumer<String, String> visit) {
    String cursor = "0";
    do {
      Reply page = await(link.send("SCAN", cursor, "COUNT", 1000));
      page.at(1).list().forEach(key -> visit.accept(key.asText(), value(key.asText())));
      cursor = page.at(0).asText();
    } while (!cursor.equals("0"));
  }

  private String value(String key) {
    return switch (send("TYPE", key).asText()) {
      case "string" -> send("GET", key).textOr("");
      case "hash" -> text(send("HGETALL", key));
      case "set" -> text(send("SMEMBERS", key));
      case "zset" -> text(send("ZRANGE", key, 0, -1));
      case "stream" -> text(send("XRANGE", key, "-", "+"));
      default -> "";
    };
  }

  private static String text(Reply reply) {
    return reply.isList()
        ? reply.list().stream().map(RedisKeys::text).collect(Collectors.joining("\n"))
        : reply.asText();
  }

  private boolean isSession(String key) {
    return await(link.send("HEXISTS", key, "user")).asLong() == 1;
  }

  @Override
  public void close() {
    await(link.close());
  }

  private static <T> T await(Future<T> future) {
    try {
      return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new IllegalStateException("Redis", e);
    }
  }
}
