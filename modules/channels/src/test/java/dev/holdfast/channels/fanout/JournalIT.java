package dev.holdfast.channels.fanout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.channels.Await;
import dev.holdfast.channels.Hint;
import dev.holdfast.channels.Publisher;
import dev.holdfast.channels.log.ChannelStore;
import dev.holdfast.channels.log.ChannelsConfig;
import dev.holdfast.channels.log.JournalStore;
import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.Ids;
import dev.holdfast.core.NodeId;
import dev.holdfast.redis.Keys;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What a peer published, and did not hint, is found in its journal: the death of one node made each
 * of the others compare all of its channels.
 */
@ExtendWith(RedisExtension.class)
class JournalIT {
  private static final int CHANNELS = Integer.getInteger("holdfast.journal.channels", 500);

  private final NodeId peer = new NodeId("n" + Ids.fresh(), 1);
  private final Map<Integer, RecordingSink> sinks = new HashMap<>();
  private final Map<Integer, Long> numbers = new HashMap<>();
  private HubFixture node;
  private ChannelStore ofPeer;

  @BeforeEach
  void open(TestRedis redis) {
    node = new HubFixture(redis.uri(), ChannelsConfig.DEFAULT);
    ofPeer = node.behind.journaling(peer);
    openAll();
    // Without this node: on a slow machine it is silent itself before its first beat.
    node.hub.nodes(Set.of(peer));
    beat(0, now());
  }

  @AfterEach
  void close() {
    node.close();
  }

  private Channel channel(int i) {
    return new Channel(node.channel.tenant(), ChannelName.topic("t" + i));
  }

  private void openAll() {
    var opened = new AtomicInteger();
    node.loop.runOnContext(
        now -> {
          for (int i = 0; i < CHANNELS; i++) {
            var sink = new RecordingSink();
            sinks.put(i, sink);
            node.fanout
                .open(channel(i), Start.latest(), sink)
                .onSuccess(Subscription::start)
                .onSuccess(open -> opened.incrementAndGet());
          }
        });
    Await.until("all are open", () -> opened.get() == CHANNELS);
  }

  /** As the peer does it, without a hint. */
  private Future<?> publish(int i) {
    long n = numbers.merge(i, 1L, Long::sum);
    return ofPeer.append(
        channel(i), new Publisher("p-" + peer.id(), 1), n, ("\"n\":" + n).getBytes());
  }

  private void beat(long number, long at) {
    node.bus.hint(node.node.address(), new Hint.Beat(peer, number, at));
  }

  private long now() {
    var time = Await.get(node.link.send("TIME"));
    return time.at(0).asLong() * 1_000 + time.at(1).asLong() / 1_000;
  }

  private double checks() {
    return node.count("holdfast.position.checks");
  }

  private void awaitSeqs(int i, Long... seqs) {
    Await.until("the events of " + i, () -> sinks.get(i).seqs().equals(List.of(seqs)));
  }

  @Test
  void afterADeathOnlyWhatTheDeadNodePublishedToIsCompared() {
    double before = checks();
    Await.get(publish(3));
    Await.get(publish(7));
    Await.get(publish(7));

    node.hub.nodes(Set.of());

    awaitSeqs(3, 1L);
    awaitSeqs(7, 1L, 2L);
    assertEquals(2, checks() - before);
  }

  /** As after a failover to a host whose clock is behind: the journal has nothing of that time. */
  @Test
  void ifRedisClockWasSetBackAllIsCompared() {
    beat(0, now() + 3_600_000);
    Await.get(publish(3));
    Await.get(publish(7));

    node.hub.nodes(Set.of());

    awaitSeqs(3, 1L);
    awaitSeqs(7, 1L);
    assertEquals(1, node.count("holdfast.journals.short"));
  }

  /** It was set back by less than has passed since: the times in the journal are earlier. */
  @Test
  void whatIsNotedWithATimeBeforeTheLastBeatsIsFound() {
    long at = now() - 60_000;
    Await.get(publishUnjournaled(8));
    Await.get(node.link.send("XADD", Keys.journal(peer), at + "-0", "c", channel(8).toString()));

    node.hub.nodes(Set.of());

    awaitSeqs(8, 1L);
  }

  @Test
  void ifItPublishedNothingNothingIsCompared() {
    double before = checks();
    double read = node.count("holdfast.journals.read");

    node.hub.nodes(Set.of());

    Await.until("its journal is read", () -> node.count("holdfast.journals.read") > read);
    Promise<Void> aWhile = Promise.promise();
    node.vertx.setTimer(500, timer -> aWhile.complete());
    Await.get(aWhile.future());
    assertEquals(0, checks() - before);
  }

  @Test
  void theServiceNotesWhatItPublishes() {
    node.publish();

    String key = Keys.journal(node.node);
    var entries = Await.get(node.link.send("XREVRANGE", key, "+", "-", "COUNT", 1));
    assertEquals(node.channel.toString(), entries.at(0).at(1).at(1).asText());
    assertTrue(Await.get(node.link.send("PTTL", key)).asLong() > 3_500_000, "TTL");
  }

  @Test
  void whatALostBatchHintedIsFoundAndNothingElseIsCompared() {
    double before = checks();
    Await.get(publish(5));

    beat(1, now());

    awaitSeqs(5, 1L);
    assertEquals(1, checks() - before);
  }

  /** It holds its lease and publishes, and nothing of it comes over the bus. */
  @Test
  void whatASilentPeerPublishesComesWithinSeconds() {
    double before = checks();
    Await.get(publish(1));
    awaitSeqs(1, 1L);
    Await.get(publish(2));
    awaitSeqs(2, 1L);

    assertTrue(checks() - before < 20, () -> "checks: " + (checks() - before));
  }

  /** A channel is noted once a second: what follows is within the second before. */
  @Test
  void aChannelThatIsPublishedToAgainAndAgainIsFoundThoughItIsNotedOnceASecond() {
    long began = now();
    Await.get(publish(4));
    List<Future<?>> more = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      more.add(publish(4));
    }
    Await.get(Future.all(more));
    long seconds = (now() - began) / 1_000;
    assertTrue(noted() <= 1 + seconds, () -> noted() + " entries in " + seconds + " s");
    beat(0, now());

    Await.get(publish(4));
    node.hub.nodes(Set.of());

    Await.until("all of them", () -> sinks.get(4).seqs().size() == 22);
  }

  private long noted() {
    return Await.get(node.link.send("XLEN", Keys.journal(peer))).asLong();
  }

  /** It was trimmed: what it no longer says may be missing. */
  @Test
  void ifTheJournalDoesNotGoBackFarEnoughAllIsCompared() {
    double before = checks();
    Await.get(publish(6));
    String fill =
        "for i = 1, 10200 do redis.call('XADD', KEYS[1], 'MAXLEN', '~', 10000, '*', 'c',"
            + " 't/topic:x') end";
    Await.get(node.link.send("EVAL", fill, 1, Keys.journal(peer)));

    node.hub.nodes(Set.of());

    awaitSeqs(6, 1L);
    Await.until("all are compared", () -> checks() - before >= CHANNELS);
    assertEquals(1, node.count("holdfast.journals.short"));
  }

  /** Its pages were read for as long as its node filled it faster. */
  @Test
  void aJournalThatDoesNotGoBackFarEnoughIsNotReadOn() {
    String fill = "for i = 1, 10200 do redis.call('XADD', KEYS[1], '*', 'c', 't/topic:x' .. i) end";
    Await.get(node.link.send("EVAL", fill, 1, Keys.journal(peer)));

    var noted = Await.get(new JournalStore(node.link).since(peer, now() - 60_000));

    assertFalse(noted.whole());
    assertTrue(noted.channels().size() <= 1_000, () -> "read: " + noted.channels().size());
  }

  /** Of a later build: each look at that peer failed, for as long as the entry was there. */
  @Test
  void anEntryThatCanNotBeReadIsSkipped() {
    String key = Keys.journal(peer);
    Await.get(node.link.send("XADD", key, "*", "c", "no channel"));
    Await.get(node.link.send("XADD", key, "*", "c", "t/other:x"));
    Await.get(node.link.send("XADD", key, "*", "c", "/topic:x"));
    Await.get(publish(3));

    node.hub.nodes(Set.of());

    awaitSeqs(3, 1L);
  }

  @Test
  void aPeerOfAnOlderBuildHasNoJournalAndAllIsCompared() {
    node.bus.hint(node.node.address(), new Hint.Beat(peer, 0, 0));
    double before = checks();
    Await.get(publishUnjournaled(8));

    node.hub.nodes(Set.of());

    awaitSeqs(8, 1L);
    Await.until("all are compared", () -> checks() - before >= CHANNELS);
  }

  private Future<?> publishUnjournaled(int i) {
    return node.behind.append(channel(i), new Publisher("p-1", 1), 1, "\"n\":1".getBytes());
  }

  @Test
  void aReconnectToTheSameDataComparesNothing() {
    double before = checks();
    double reconnects = node.count("holdfast.redis.reconnects");
    Await.get(node.link.send("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"));
    Await.until(
        "all four links are back", () -> node.count("holdfast.redis.reconnects") >= reconnects + 4);
    node.publish();

    Await.get(publish(9));
    beat(1, now());

    awaitSeqs(9, 1L);
    assertTrue(checks() - before < 20, () -> "checks: " + (checks() - before));
  }
}
