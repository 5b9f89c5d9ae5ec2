package dev.holdfast.testkit.redis;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.HoldfastException;
import dev.holdfast.redis.RedisConfig;
import dev.holdfast.redis.RedisLink;
import dev.holdfast.redis.Reply;
import dev.holdfast.redis.Script;
import dev.holdfast.redis.ShardValue;
import dev.holdfast.redis.topology.ClusterSeeds;
import dev.holdfast.redis.topology.Slots;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** A real cluster of three masters and three replicas, and links to it on one context. */
final class ClusterBench implements AutoCloseable {
  private static final Script PUSH = Script.of("testkit", "push_if");

  final String tag = UUID.randomUUID().toString();
  final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  final Vertx vertx = Vertx.vertx();
  final Context context = vertx.getOrCreateContext();
  final ClusterServers cluster;

  ClusterBench(ClusterServers cluster) {
    this.cluster = cluster;
    cluster.awaitWhole();
  }

  @Override
  public void close() {
    get(vertx.close());
  }

  static <T> T get(Future<T> future) {
    try {
      return future.toCompletionStage().toCompletableFuture().get(90, SECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException named) {
        throw named;
      }
      throw new AssertionError(e);
    } catch (InterruptedException | TimeoutException e) {
      throw new AssertionError(e);
    }
  }

  RedisConfig config(String... seeds) {
    List<String> addresses = seeds.length == 0 ? cluster.addresses().subList(0, 1) : List.of(seeds);
    return RedisConfig.of("redis://cluster")
        .withCommandTimeout(Duration.ofSeconds(5))
        .withConnectTimeout(Duration.ofSeconds(5))
        .withReconnect(Duration.ofMillis(20), Duration.ofMillis(100))
        .withCluster(new ClusterSeeds(addresses));
  }

  private Future<RedisLink> opening(String... seeds) {
    Promise<RedisLink> opened = Promise.promise();
    context.runOnContext(
        v -> RedisLink.open(vertx, config(seeds), "test", registry).onComplete(opened));
    return opened.future();
  }

  /** Opens as a node does that starts: again, if nobody answered in time. */
  RedisLink openedPartly(String... seeds) {
    Optional<RedisLink> link =
        await()
            .until(
                () -> get(opening(seeds).map(Optional::of).otherwise(Optional.empty())),
                Optional::isPresent);
    return link.orElseThrow();
  }

  /** The same with each of its servers. */
  RedisLink opened(String... seeds) {
    RedisLink link = openedPartly(seeds);
    await().until(() -> link.trouble().isEmpty());
    return link;
  }

  /** A key that this master serves. */
  String keyAt(ClusterServer master) {
    return IntStream.range(0, 10_000)
        .mapToObj(i -> "test:{" + tag + i + "}")
        .filter(key -> cluster.masterOf(key) == master)
        .findFirst()
        .orElseThrow();
  }

  ClusterServer another(ClusterServer than) {
    return cluster.servers().stream()
        .filter(server -> server != than && server.isMaster())
        .findFirst()
        .orElseThrow();
  }

  Future<Reply> push(RedisLink link, String key, long number) {
    List<Object> args = List.of(number, ShardValue.EPOCH_TOKEN, ShardValue.DEADLINE);
    return PUSH.run(link, List.of(key, key + "-last"), args);
  }

  static List<Long> pushed(RedisLink link, String key) {
    return get(link.send("LRANGE", key, 0, -1)).list().stream().map(Reply::asLong).toList();
  }

  static HoldfastException refused(Future<?> call) {
    return assertThrows(HoldfastException.class, () -> get(call));
  }

  <T> Future<T> onContext(Supplier<T> question) {
    Promise<T> answer = Promise.promise();
    context.runOnContext(now -> answer.complete(question.get()));
    return answer.future();
  }

  static void assertRising(List<Long> numbers) {
    for (int i = 1; i < numbers.size(); i++) {
      assertTrue(numbers.get(i - 1) < numbers.get(i), "order at " + i + ": " + numbers);
    }
  }

  String keyOfAnotherSlot(String slot) {
    return IntStream.range(0, 100)
        .mapToObj(i -> "test:{" + tag + i + "}")
        .filter(key -> !Integer.toString(Slots.of(key)).equals(slot))
        .findFirst()
        .orElseThrow();
  }

  /** Pushes rising numbers until it is ended; notes what was answered, and how others failed. */
  final class Pusher {
    final RedisLink link;
    final String key;
    final Set<Long> done = new TreeSet<>();
    final List<String> failures = new CopyOnWriteArrayList<>();
    final AtomicBoolean ends = new AtomicBoolean();
    final Promise<Void> ended = Promise.promise();
    private long next;
    private int underWay;

    Pusher(RedisLink link, String key) {
      this.link = link;
      this.key = key;
      context.runOnContext(begun -> fill());
    }

    /** Some at a time, so that there is always something behind what is sent elsewhere. */
    private void fill() {
      while (underWay < 8 && !ends.get()) {
        long number = ++next;
        underWay++;
        push(link, key, number)
            .onSuccess(
                answer -> {
                  assertTrue(answer.at(1).asText().startsWith(answer.at(0).asText().split("-")[0]));
                  done.add(number);
                })
            .onFailure(failure -> failures.add(String.valueOf(failure.getMessage())))
            .onComplete(
                any ->
                    vertx.setTimer(
                        any.succeeded() ? 1 : 20,
                        now -> {
                          underWay--;
                          fill();
                        }));
      }
      if (underWay == 0 && ends.get()) {
        ended.tryComplete();
      }
    }

    void awaitMore(int count) {
      long before = get(onContext(() -> (long) done.size()));
      await().until(() -> get(onContext(() -> (long) done.size())) >= before + count);
    }

    void end() {
      ends.set(true);
      context.runOnContext(now -> fill());
      get(ended.future());
    }
  }
}
