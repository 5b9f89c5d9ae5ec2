package dev.holdfast.channels.fanout;

import dev.holdfast.channels.Await;
import dev.holdfast.channels.Hint;
import dev.holdfast.channels.Publisher;
import dev.holdfast.channels.log.ChannelStore;
import dev.holdfast.channels.log.ChannelsConfig;
import dev.holdfast.channels.log.MemoryConfig;
import dev.holdfast.core.NodeId;
import dev.holdfast.redis.Keys;
import dev.holdfast.redis.RedisConfig;
import dev.holdfast.redis.RedisLink;
import dev.holdfast.testkit.OwnRedis;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A node without room for hints that have to wait. What it drops while a check is under way may be
 * newer than the answer: it was taken for seen, and came with the renewal of interest, an hour
 * later.
 */
@ExtendWith(RedisExtension.class)
class DroppedHintsIT {
  private static final NodeId PEER = new NodeId("n2", 1);
  private static final Pattern CALLS = Pattern.compile("cmdstat_evalsha:calls=(\\d+)");
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final RecordingSink sink = new RecordingSink();
  private RedisRelay relay;
  private HubFixture node;
  private RedisLink direct;

  @BeforeEach
  void open(@OwnRedis TestRedis redis) {
    relay = new RedisRelay(redis.uri());
    var memory = new MemoryConfig(0, 0, 0, 1, 0, 0, 0);
    var config = new ChannelsConfig(Map.of(), null, null, null, null, 0, 0, memory);
    RedisConfig straight = RedisConfig.of(redis.uri()).withCommandTimeout(PATIENCE);
    RedisConfig relayed = RedisConfig.of(relay.uri()).withCommandTimeout(PATIENCE);
    node = new HubFixture(relayed, straight, config);
    node.hub.memory().held().take(1);
    direct = Await.get(RedisLink.open(node.vertx, straight, "direct", node.registry));
  }

  @AfterEach
  void close() {
    node.close();
    relay.close();
  }

  /** Publishes with a hint, which comes before any answer that is held back. */
  private void publish() {
    double before = node.count("holdfast.hints");
    node.publish();
    Await.until("the hint has come", () -> node.count("holdfast.hints") > before);
  }

  private void publishUnnoticed() {
    var store = new ChannelStore(direct, ChannelsConfig.DEFAULT);
    Await.get(store.append(node.channel, new Publisher("p-2", 1), 1, "\"n\":0".getBytes()));
  }

  private long scripts() {
    Matcher calls = CALLS.matcher(Await.get(direct.send("INFO", "commandstats")).asText());
    return calls.find() ? Long.parseLong(calls.group(1)) : 0;
  }

  @Test
  void oneThatIsDroppedWhileTheChannelOpensIsLookedFor() {
    relay.holdFirst();
    node.loop.runOnContext(
        now -> node.fanout.open(node.channel, Start.latest(), sink).onSuccess(Subscription::start));
    Await.until(
        "its interest is asserted, unseen",
        () -> Await.get(direct.send("EXISTS", Keys.interest(node.channel))).asLong() == 1);
    publish();

    relay.release();

    Await.until("the event", () -> sink.seqs().equals(List.of(1L)));
  }

  @Test
  void oneThatIsDroppedWhileTheChannelIsComparedIsLookedFor() {
    node.read(Start.latest(), sink);
    Await.until("live", () -> !sink.all("live").isEmpty());
    long before = scripts();
    relay.hold();
    node.bus.hint(node.node.address(), new Hint.Beat(PEER, 1, 0));
    Await.until("compared, unseen", () -> scripts() > before);
    publishUnnoticed();
    publish();

    relay.release();

    Await.until("both events", () -> sink.seqs().equals(List.of(1L, 2L)));
  }
}
