package dev.holdfast.channels.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.channels.Await;
import dev.holdfast.channels.ChannelMessage;
import dev.holdfast.channels.ConsumerMessage;
import dev.holdfast.channels.ConsumerMessage.Claim;
import dev.holdfast.channels.ConsumerRef;
import dev.holdfast.channels.Publisher;
import dev.holdfast.core.Caller;
import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Ids;
import dev.holdfast.core.NodeId;
import dev.holdfast.core.Position;
import dev.holdfast.redis.RedisConfig;
import dev.holdfast.redis.RedisLink;
import dev.holdfast.testkit.OwnRedis;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A Redis with no more than its reserve left. One user filled it to the brim: what was refused was
 * refused too late, when also nothing else could be written.
 */
@ExtendWith(RedisExtension.class)
class ReserveIT {
  private static final Caller SERVICE = new Caller.Service("test", "1", Set.of("*"), Set.of());
  private static final long LIMIT = 128 << 20;
  private static final long LEASE = 60_000;

  private final Vertx vertx = Vertx.vertx();
  private final NodeId node = new NodeId("n", 1);
  private final Channel known = new Channel("t" + Ids.fresh(), ChannelName.topic("known"));
  private final Channel unknown = new Channel(known.tenant(), ChannelName.topic("unknown"));
  private final Channel events = new Channel(known.tenant(), ChannelName.system("sessions"));
  private RedisLink link;
  private ChannelStore logs;
  private ConsumerStore consumers;

  @BeforeEach
  void open(@OwnRedis TestRedis redis) {
    RedisConfig config = RedisConfig.of(redis.uri()).withConnectTimeout(Duration.ofSeconds(20));
    link = Await.get(RedisLink.open(vertx, config, "test", new SimpleMeterRegistry()));
    logs = new ChannelStore(link, ChannelsConfig.DEFAULT);
    consumers = new ConsumerStore(link);
    Await.get(link.send("CONFIG", "SET", "maxmemory", LIMIT));
    Await.get(link.reserve().watch());
  }

  @AfterEach
  void close() {
    Await.get(vertx.close());
  }

  @Test
  void nothingIsAddedAndLeavesNothing() {
    Await.get(append(known, 1));
    touch(91);

    assertRefused(append(known, 2));
    assertRefused(append(unknown, 1));
    assertRefused(logs.interest(unknown, node));
    assertRefused(claim(unknown, "audit", "a"));
    assertRefused(claim(known, "new", "a"));

    assertEquals(0, Await.get(link.send("KEYS", "hf:*unknown*")).size());
    fill(0);
    Awaitility.await().until(() -> !link.reserve().isTouched());
    assertFalse(Await.get(append(known, 2)).result().duplicate());
  }

  /** Who lost the answer and sends it again would take "full" for "not stored". */
  @Test
  void whatWasStoredBeforeIsAnsweredAsThat() {
    Position stored = Await.get(append(known, 1)).result().position();
    touch(91);

    ChannelMessage.Result again = Await.get(append(known, 1)).result();

    assertTrue(again.duplicate());
    assertEquals(stored, again.position());
  }

  /** Of several in one script, the answers end before the first that is refused. */
  @Test
  void whatWasStoredBeforeIsAnsweredAlsoIfOthersAreRefusedWithIt() {
    Position stored = Await.get(append(known, 1)).result().position();
    touch(91);
    byte[] body = "\"event\":\"e\",\"data\":1".getBytes(StandardCharsets.UTF_8);
    var publisher = new Publisher("p", 1);

    var answers = Await.get(logs.append(known, publisher, 1, List.of(body, body)));

    assertEquals(1, answers.size());
    assertEquals(stored, answers.get(0).result().position());
    assertRefused(logs.append(known, publisher, 2, List.of(body, body)));
  }

  @Test
  void readersAndConsumersGoOnAndNodesReportThemselves() {
    Position first = Await.get(append(known, 1)).result().position();
    long generation = Await.get(claim(known, "audit", "a")).generation();
    var held = new ConsumerRef(known, "audit", "a", generation);
    touch(91);

    assertEquals(first, Await.get(logs.interest(known, node)));
    assertEquals(1, Await.get(logs.read(known, first.at(0), 10)).entries().size());
    Await.get(logs.volatileNodes(known));
    assertTrue(Await.get(consumers.commit(held, first, LEASE)));
    Await.get(consumers.release(held));
    assertEquals(first, Await.get(claim(known, "audit", "b")).cursor());
    Await.get(logs.leave(known, node));
    Await.get(logs.leave(unknown, node));
    assertEquals(1, Await.get(append(events, 1)).result().position().seq());

    touch(96);
    Awaitility.await().until(() -> link.reserve().isHalfGone());
    assertRefused(append(events, 2));
  }

  /** So much is used, and that was noticed. */
  private void touch(int percent) {
    fill(percent);
    Awaitility.await().until(link.reserve()::isTouched);
  }

  private void fill(int percent) {
    String fill =
        "for i = 1, 128 do redis.call('DEL', KEYS[1] .. i) end "
            + "for i = 1, ARGV[1] do redis.call('SETRANGE', KEYS[1] .. i, 1048000, 'x') end";
    Await.get(link.send("EVAL", fill, 1, "filler", (LIMIT >> 20) * percent / 100));
  }

  private Future<ChannelStore.Appended> append(Channel channel, long n) {
    byte[] body = "\"event\":\"e\",\"data\":1".getBytes(StandardCharsets.UTF_8);
    return logs.append(channel, new Publisher("p", 1), n, body);
  }

  private Future<ConsumerMessage.Claimed> claim(Channel channel, String name, String owner) {
    return consumers.claim(new Claim(SERVICE, channel, name, owner, LEASE, true));
  }

  private static void assertRefused(Future<?> asked) {
    var refused = assertThrows(HoldfastException.class, () -> Await.get(asked));
    assertEquals(ErrorCode.STORE_FULL, refused.code());
  }
}
