package dev.holdfast.channels.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.channels.Await;
import dev.holdfast.channels.Gap;
import dev.holdfast.channels.Publisher;
import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.Ids;
import dev.holdfast.core.NodeId;
import dev.holdfast.core.Position;
import dev.holdfast.redis.Keys;
import dev.holdfast.redis.RedisConfig;
import dev.holdfast.redis.RedisLink;
import dev.holdfast.redis.Reply;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.Repeatedly;
import dev.holdfast.testkit.TestRedis;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a log keeps over idle times: its stream goes by its TTL, its meta stays. */
@ExtendWith(RedisExtension.class)
class RetentionIT {
  private static final Logger LOG = LoggerFactory.getLogger(RetentionIT.class);
  private static final int OVERHEAD = 64;

  /** The bytes counted, and by turns seq and size of each entry: of one moment. */
  private static final String LOOK =
      "local s = {redis.call('HGET', KEYS[1], 'z')} "
          + "for _, e in ipairs(redis.call('XRANGE', KEYS[2], '-', '+')) do "
          + "s[#s + 1] = string.match(e[1], '^%d+') s[#s + 1] = tostring(#e[2][2]) end return s";

  private final Vertx vertx = Vertx.vertx();
  private final Channel channel = new Channel("t" + Ids.fresh(), ChannelName.topic("news"));
  private final Publisher publisher = new Publisher("p-1", 1);
  private RedisLink link;
  private ChannelStore store;
  private Position top;

  private record Kept(long seq, int size) {}

  private record State(long counted, List<Kept> kept) {
    long bytes() {
      return kept.stream().mapToLong(entry -> entry.size() + OVERHEAD).sum();
    }
  }

  @BeforeEach
  void open(TestRedis redis) {
    RedisConfig config = RedisConfig.of(redis.uri()).withConnectTimeout(Duration.ofSeconds(20));
    link = Await.get(RedisLink.open(vertx, config, "test", new SimpleMeterRegistry()));
  }

  @AfterEach
  void close() {
    Await.get(vertx.close());
  }

  private void retain(Retention retention) {
    Map<String, Retention> topics = Map.of("topic", retention);
    store = new ChannelStore(link, new ChannelsConfig(topics, null, null, null, null, 0, 0, null));
    top = Await.get(store.interest(channel, new NodeId("n1", 7)));
  }

  private void append(int size) {
    var appended = store.append(channel, publisher, top.seq() + 1, new byte[size]);
    top = Await.get(appended).result().position();
  }

  /** As the log's TTL does when nobody publishes for its age. */
  private void idle() {
    Await.get(link.send("PEXPIRE", Keys.log(channel), 1));
    Await.until(
        "the stream went", () -> Await.get(link.send("EXISTS", Keys.log(channel))).asLong() == 0);
  }

  private State look() {
    Reply reply = Await.get(link.send("EVAL", LOOK, 2, Keys.meta(channel), Keys.log(channel)));
    List<Kept> kept = new ArrayList<>();
    for (int i = 1; i < reply.size(); i += 2) {
      kept.add(new Kept(reply.at(i).asLong(), (int) reply.at(i + 1).asLong()));
    }
    return new State(reply.at(0).asLong(), kept);
  }

  /**
   * The bytes of a stream that went by its TTL stayed counted: after some quiet days a log was
   * "over its bytes" for good, and each append trimmed it to its newest entry.
   */
  @Test
  void keepsWhatItShouldHoweverOftenTheLogWasIdle() {
    retain(new Retention(0, 64 << 10, null));
    for (int burst = 1; burst <= 8; burst++) {
      for (int n = 0; n < 60; n++) {
        append(200);
      }
      assertEquals(60, look().kept().size(), "entries after burst " + burst);
      idle();
    }
  }

  @Repeatedly
  void keepsExactlyWhatAModelKeepsOverBurstsAndIdleTimes() {
    long seed = Long.getLong("holdfast.seed", System.nanoTime());
    LOG.info("seed {}: -Dholdfast.seed={}", seed, seed);
    Random random = new Random(seed);
    Retention retention =
        new Retention(1 + random.nextInt(40), 1024 + random.nextInt(8192), Duration.ofMinutes(10));
    retain(retention);
    Position first = top;
    List<Kept> model = new ArrayList<>();
    for (int step = 0; step < 60; step++) {
      if (random.nextInt(4) == 0) {
        idle();
        model.clear();
      }
      for (int n = random.nextInt(20); n >= 0; n--) {
        append(1 + random.nextInt(random.nextInt(8) == 0 ? 2_000 : 300));
        check(model, retention, "seed " + seed + ", step " + step);
      }
      reads(first.at(first.seq() + random.nextLong(top.seq() - first.seq() + 1)), model);
    }
  }

  /** The model's rule: up to eight of the oldest go with each append, never the newest. */
  private void check(List<Kept> model, Retention retention, String when) {
    State state = look();
    assertEquals(top.seq(), state.kept().get(state.kept().size() - 1).seq(), when);
    model.add(state.kept().get(state.kept().size() - 1));
    long bytes = model.stream().mapToLong(entry -> entry.size() + OVERHEAD).sum();
    for (int gone = 0; gone < 8 && model.size() > 1; gone++) {
      if (model.size() <= retention.entries() && bytes <= retention.bytes()) {
        break;
      }
      bytes -= model.remove(0).size() + OVERHEAD;
    }
    assertEquals(model, state.kept(), when);
    assertEquals(state.bytes(), state.counted(), when);
  }

  /** A reader gets what is there, and a gap over exactly what is not. */
  private void reads(Position cursor, List<Kept> there) {
    Position at = cursor;
    List<Long> got = new ArrayList<>();
    boolean first = true;
    while (at.seq() < top.seq()) {
      ChannelStore.Chunk chunk = Await.get(store.read(channel, at, 16));
      long before = there.isEmpty() ? top.seq() : there.get(0).seq() - 1;
      if (first && cursor.seq() < before) {
        assertEquals(new Gap(cursor, cursor.at(before), "trimmed"), chunk.gap());
      } else {
        assertNull(chunk.gap());
      }
      assertTrue(chunk.end().seq() > at.seq(), "goes on");
      chunk.entries().forEach(entry -> got.add(entry.seq()));
      at = chunk.end();
      first = false;
    }
    List<Long> wanted = there.stream().map(Kept::seq).filter(seq -> seq > cursor.seq()).toList();
    assertEquals(wanted, got);
  }

  /** With the shortest age everything may go at any time: what is counted is what is there. */
  @Repeatedly
  void countsWhatIsThereWhereEntriesAgeWhileTheyAreWritten() {
    retain(new Retention(20, 4096, Duration.ofSeconds(1)));
    for (int round = 0; round < 2; round++) {
      long until = System.nanoTime() + Duration.ofMillis(1_100).toNanos();
      while (System.nanoTime() < until) {
        append(150);
        State state = look();
        assertTrue(state.kept().isEmpty() || state.bytes() == state.counted(), state::toString);
        assertTrue(state.kept().size() <= 20, state::toString);
      }
      idle();
      assertNotNull(Await.get(store.read(channel, top.at(top.seq() - 1), 16)).gap());
    }
  }
}
