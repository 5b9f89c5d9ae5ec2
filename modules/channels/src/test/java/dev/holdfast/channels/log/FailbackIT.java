package dev.holdfast.channels.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.holdfast.channels.Await;
import dev.holdfast.channels.Gap;
import dev.holdfast.channels.Publisher;
import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.Ids;
import dev.holdfast.core.Position;
import dev.holdfast.redis.Keys;
import dev.holdfast.redis.RedisConfig;
import dev.holdfast.redis.RedisLink;
import dev.holdfast.testkit.OwnRedis;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.Repeatedly;
import dev.holdfast.testkit.TestRedis;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.extension.ExtendWith;

/** Logs over promotions of two real servers, of which one copies the other. */
@DisabledIfSystemProperty(
    named = "holdfast.test.redis",
    matches = "container",
    disabledReason = "one container does not reach the other at a port of loopback")
@ExtendWith(RedisExtension.class)
class FailbackIT {
  private final Vertx vertx = Vertx.vertx();
  private final Channel channel = new Channel("t" + Ids.fresh(), ChannelName.topic("news"));
  private final Publisher publisher = new Publisher("p-1", 1);

  @AfterEach
  void close() {
    Await.get(vertx.close());
  }

  private RedisLink link(TestRedis redis) {
    RedisConfig config =
        RedisConfig.of(redis.uri())
            .withConnectTimeout(Duration.ofSeconds(20))
            .withReconnect(Duration.ofMillis(10), Duration.ofMillis(50));
    return Await.get(RedisLink.open(vertx, config, "l" + Ids.fresh(), new SimpleMeterRegistry()));
  }

  private static ChannelStore store(RedisLink link) {
    return new ChannelStore(link, ChannelsConfig.DEFAULT);
  }

  private Future<ChannelStore.Appended> append(ChannelStore store, long n, String what) {
    byte[] body = ("\"data\":\"" + what + "-" + n + "\"").getBytes(StandardCharsets.UTF_8);
    return store.append(channel, publisher, n, body);
  }

  private Position append(ChannelStore store, int from, int to) {
    Position last = null;
    for (int n = from; n <= to; n++) {
      last = Await.get(append(store, n, "OLD")).result().position();
    }
    return last;
  }

  /** Tries again while the link is on its way to where it belongs, as publishers do. */
  private static <T> T retried(Supplier<Future<T>> step) {
    AtomicReference<T> got = new AtomicReference<>();
    Await.until(
        "it is answered",
        () -> {
          got.set(Await.get(step.get().otherwise(failure -> null)));
          return got.get() != null;
        });
    return got.get();
  }

  private static void copies(RawLink replica, RawLink primary) {
    primary.send("CONFIG", "SET", "repl-diskless-sync-delay", "0");
    URI uri = URI.create(primary.uri);
    replica.send("REPLICAOF", uri.getHost(), Integer.toString(uri.getPort()));
    Await.until(
        replica.uri + " has all of " + primary.uri,
        () -> {
          String info = replica.send("INFO", "replication");
          return info.contains("master_link_status:up") && info.contains("role:slave");
        });
  }

  private List<String> bodies(ChannelStore.Chunk chunk) {
    return chunk.entries().stream()
        .map(entry -> new String(entry.body(), StandardCharsets.UTF_8))
        .map(body -> body.substring(8, body.length() - 1))
        .toList();
  }

  /**
   * A run id comes back with the process. The log was not touched while the other server was the
   * primary, so what was published after the failback got the positions of what that server never
   * had, and a reader of those got no gap: one publication less, in silence.
   */
  @Repeatedly
  void reportsAGapIfAFailbackTookThePositionsOfWhatWasLost(
      @OwnRedis TestRedis one, @OwnRedis TestRedis two) {
    RawLink first = new RawLink(one.uri());
    RawLink second = new RawLink(two.uri());
    copies(second, first);
    ChannelStore store = store(link(one));
    append(store, 1, 99);
    copies(second, first);
    Await.until("the copy has it", () -> second.send("XLEN", Keys.log(channel)).equals("99"));
    second.send("REPLICAOF", "NO", "ONE"); // promoted, before it had what follows
    Position lost = append(store, 100, 100);
    copies(first, second);
    first.send("REPLICAOF", "NO", "ONE"); // the failback

    var stored = retried(() -> append(store, 100, "NEW"));
    retried(() -> append(store, 101, "NEW"));

    ChannelStore.Chunk chunk = retried(() -> store.read(channel, lost, 10));
    assertEquals(100, stored.result().position().seq());
    assertNotEquals(lost.epoch(), stored.result().position().epoch());
    assertEquals(new Gap(lost, stored.result().position().at(99), "epoch"), chunk.gap());
    assertEquals(List.of("NEW-100", "NEW-101"), bodies(chunk));
  }

  /** A server begins another replication id with its first replica: no data are lost by that. */
  @Test
  void goesOnWithoutAGapWhereAServerGetsItsFirstReplica(
      @OwnRedis TestRedis one, @OwnRedis TestRedis two) {
    ChannelStore store = store(link(one));
    Position second = append(store, 1, 2);
    copies(new RawLink(two.uri()), new RawLink(one.uri()));

    var third = retried(() -> append(store, 3, "NEW"));

    assertEquals(3, third.result().position().seq());
    ChannelStore.Chunk chunk = Await.get(store.read(channel, second, 10));
    assertNull(chunk.gap());
    assertEquals(List.of("NEW-3"), bodies(chunk));
  }

  @Test
  void reportsNoGapIfAPlannedPromotionLostNothing(
      @OwnRedis TestRedis one, @OwnRedis TestRedis two) {
    ChannelStore before = store(link(one));
    RawLink second = new RawLink(two.uri());
    Position fifth = append(before, 1, 5);
    Position seen = fifth.at(3);
    copies(second, new RawLink(one.uri()));
    second.send("REPLICAOF", "NO", "ONE");

    ChannelStore after = store(link(two));
    Await.get(append(after, 6, "NEW"));

    for (Position cursor : List.of(seen, fifth)) {
      ChannelStore.Chunk chunk = Await.get(after.read(channel, cursor, 10));
      assertNull(chunk.gap());
      assertEquals(6 - cursor.seq(), chunk.entries().size());
    }
    assertEquals(
        List.of("OLD-4", "OLD-5", "NEW-6"), bodies(Await.get(after.read(channel, seen, 10))));
  }

  /** One command at a time to a server in whatever role, which a {@link RedisLink} refuses. */
  private final class RawLink {
    private final String uri;

    RawLink(String uri) {
      this.uri = uri;
    }

    String send(String command, Object... args) {
      var client = io.vertx.redis.client.Redis.createClient(vertx, uri);
      var request =
          io.vertx.redis.client.Request.cmd(
              io.vertx.redis.client.Command.create(command.toLowerCase(Locale.ROOT)),
              (Object[]) args);
      return Await.get(client.send(request).eventually(client::close)).toString();
    }
  }
}
