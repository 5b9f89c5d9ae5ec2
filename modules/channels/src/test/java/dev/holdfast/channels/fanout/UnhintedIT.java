package dev.holdfast.channels.fanout;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.channels.Await;
import dev.holdfast.channels.Publisher;
import dev.holdfast.channels.log.ChannelsConfig;
import dev.holdfast.redis.Keys;
import dev.holdfast.redis.RedisConfig;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Publications that are stored, and that no hint was sent for, as their node never had the answer:
 * readers on nodes whose own links were well got them minutes later, with the renewal of interest.
 */
@ExtendWith(RedisExtension.class)
class UnhintedIT {
  private final RecordingSink sink = new RecordingSink();
  private RedisRelay relay;
  private HubFixture node;

  @BeforeEach
  void open(TestRedis redis) {
    relay = new RedisRelay(redis.uri());
    RedisConfig hasty = RedisConfig.of(relay.uri()).withCommandTimeout(Duration.ofMillis(500));
    node = new HubFixture(RedisConfig.of(redis.uri()), hasty, ChannelsConfig.DEFAULT);
    node.read(Start.latest(), sink);
    Await.until("live", () -> !sink.all("live").isEmpty());
  }

  @AfterEach
  void close() {
    node.close();
    relay.close();
  }

  /** As when its node died with the answer, and its publisher sends it to another. */
  @Test
  void readersGetWhatIsFoundStoredWhenItIsPublishedAgain() {
    byte[] body = "\"n\":1".getBytes();
    Await.get(node.behind.append(node.channel, new Publisher("p-1", 1), 1, body));

    assertTrue(node.publish().duplicate());

    Await.until("the event", () -> sink.seqs().equals(List.of(1L)));
  }

  /** Its publisher never sends it again. */
  @Test
  void readersGetWhatWasStoredWhileTheLinkBroke() {
    node.publish();
    relay.hold();
    Future<?> published = node.ask(2);
    Await.until("it is stored", () -> stored() == 2);
    Await.until("its publisher learns that nobody knows", published::isComplete);
    relay.release();

    Await.until("the event", () -> sink.seqs().equals(List.of(1L, 2L)));
  }

  /** Each makes its readers look once a second at most. */
  @Test
  void whatIsPublishedAgainAndAgainIsLookedForOnceASecond() {
    node.publish();
    double before = node.count("holdfast.hints.looks");
    long since = System.nanoTime();
    for (int i = 0; i < 200; i++) {
      Await.get(node.ask(1));
    }
    Await.until("looked for", () -> node.count("holdfast.hints.looks") > before);

    double seconds = (System.nanoTime() - since) / 1e9;
    double looks = node.count("holdfast.hints.looks") - before;
    assertTrue(looks <= seconds + 2, () -> looks + " in " + seconds + " s");
  }

  private long stored() {
    return Await.get(node.link.send("XLEN", Keys.log(node.channel))).asLong();
  }
}
