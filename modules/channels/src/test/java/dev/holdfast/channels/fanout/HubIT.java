package dev.holdfast.channels.fanout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.holdfast.channels.Await;
import dev.holdfast.channels.ChannelMessage;
import dev.holdfast.channels.Hint;
import dev.holdfast.channels.Publisher;
import dev.holdfast.channels.log.ChannelsConfig;
import dev.holdfast.core.NodeId;
import dev.holdfast.core.Position;
import dev.holdfast.redis.Keys;
import dev.holdfast.testkit.OwnRedis;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(RedisExtension.class)
class HubIT {
  private final RecordingSink sink = new RecordingSink();
  private HubFixture node;

  @BeforeEach
  void open(TestRedis redis) {
    node = new HubFixture(redis.uri(), config(128 << 10));
  }

  @AfterEach
  void close() {
    node.close();
  }

  private static ChannelsConfig config(int ring) {
    Duration leave = Duration.ofMillis(1);
    return new ChannelsConfig(Map.of(), null, leave, null, null, ring, 0, null);
  }

  private void publish(int times) {
    IntStream.range(0, times).forEach(i -> node.publish());
  }

  private static List<Long> upTo(long first, long last) {
    return LongStream.rangeClosed(first, last).boxed().toList();
  }

  private void awaitSeqs(RecordingSink of, long first, long last) {
    Await.until("all events", () -> of.seqs().size() >= last - first + 1);
    assertEquals(upTo(first, last), of.seqs());
  }

  @Test
  void readerOfTheLatestGetsWhatIsPublishedFromNowOn() {
    publish(3);

    node.read(Start.latest(), sink);
    publish(50);

    awaitSeqs(sink, 4, 53);
    JsonNode live = sink.all("live").get(0);
    assertEquals(3, live.path("seq").asLong());
    assertEquals("topic:news", live.path("channel").asText());
    assertEquals(4, sink.all("event").get(0).path("data").path("n").asLong());
  }

  @Test
  void readerWithACursorGetsWhatItMissedThenLive() {
    publish(1);
    Position first = node.publish().position();
    publish(198);

    Subscription subscription = node.read(Start.after(first), sink);
    assertTrue(subscription.recovered());
    publish(20);

    awaitSeqs(sink, 3, 220);
    assertEquals(1, sink.all("live").size());
    assertTrue(sink.all("gap").isEmpty());
  }

  @Test
  void publicationsWhileASubscriptionIsPlacedComeOnceItStarts() {
    publish(5);
    Subscription subscription = node.open(Start.earliest(), sink);
    publish(5);
    assertEquals(0, subscription.position().seq());
    node.start(subscription);
    publish(5);

    awaitSeqs(sink, 1, 15);
  }

  @Test
  void lostHintIsFilledFromTheLogWhenTheNextOneComes() {
    node.read(Start.latest(), sink);
    publish(2);
    node.publishUnnoticed();
    node.publishUnnoticed();
    publish(1);

    awaitSeqs(sink, 1, 5);
    assertEquals(1, node.count("holdfast.hints.holes"));
  }

  @Test
  void lostHintIsNoticedWhenANodeDies() {
    NodeId peer = new NodeId("n2", 1);
    node.hub.nodes(Set.of(node.node, peer));
    node.read(Start.latest(), sink);
    publish(1);
    node.publishUnnoticed();

    node.hub.nodes(Set.of(node.node));

    awaitSeqs(sink, 1, 2);
  }

  @Test
  void lostBatchIsNoticedByTheNumberOfTheNextBeat() {
    node.read(Start.latest(), sink);
    publish(1);
    node.publishUnnoticed();

    node.bus.hint(node.node.address(), new Hint.Beat(new NodeId("n2", 1), 1, 0));

    awaitSeqs(sink, 1, 2);
    assertEquals(1, node.count("holdfast.hints.lost"));
  }

  @Test
  void silentPeerStartsAComparisonOfPositions() {
    node.hub.nodes(Set.of(node.node, new NodeId("n2", 1)));
    node.read(Start.latest(), sink);
    publish(1);
    node.publishUnnoticed();

    awaitSeqs(sink, 1, 2);
    assertTrue(node.count("holdfast.peers.silent") > 0);
  }

  @Test
  void slowReaderCostsACursorAndGetsAllInOrderOnceItReads() {
    RecordingSink fast = new RecordingSink();
    node.read(Start.latest(), sink);
    node.read(Start.latest(), fast);
    sink.writable(false);
    publish(300);
    awaitSeqs(fast, 1, 300);
    assertTrue(sink.seqs().isEmpty());

    sink.writable(true);
    node.loop.runOnContext(now -> node.fanout.drained(sink));
    awaitSeqs(sink, 1, 300);
    publish(3);
    awaitSeqs(sink, 1, 303);
    assertEquals(1, sink.all("live").size());
  }

  @Test
  void readersThatWantTheSameChunkShareOneRead(@OwnRedis TestRedis redis) {
    node.close();
    node = new HubFixture(redis.uri(), config(1));
    publish(60);
    node.read(Start.latest(), new RecordingSink());
    double before = node.count("holdfast.reads");
    List<RecordingSink> sinks = IntStream.range(0, 50).mapToObj(i -> new RecordingSink()).toList();

    redis.pause();
    sinks.forEach(
        each ->
            node.loop.runOnContext(
                now ->
                    node.fanout
                        .open(node.channel, Start.earliest(), each)
                        .onSuccess(Subscription::start)));
    node.onLoop(Future::succeededFuture);
    redis.resume();

    sinks.forEach(each -> awaitSeqs(each, 1, 60));
    double reads = node.count("holdfast.reads") - before;
    assertTrue(reads < 50, () -> "log reads: " + reads);
  }

  @Test
  void trimmedPublicationsAreReportedAsAGap() {
    Position first = node.publish().position();
    publish(9);
    Await.get(node.link.send("XTRIM", Keys.log(node.channel), "MINID", "6-0"));

    Subscription subscription = node.open(Start.after(first), sink);
    assertFalse(subscription.recovered());
    assertEquals(5, subscription.position().seq());
    node.start(subscription);

    awaitSeqs(sink, 6, 10);
    JsonNode gap = sink.all("gap").get(0);
    assertEquals("trimmed", gap.path("reason").asText());
    assertEquals(1, gap.path("from").get(1).asLong());
    assertEquals(5, gap.path("to").get(1).asLong());
  }

  @Test
  void volatilePublicationReachesLiveReadersAndIsNotStored() {
    node.read(Start.latest(), sink);
    Await.until("live", () -> sink.all("live").size() == 1);
    var item = new ChannelMessage.Item(0, "typing", "1", true);
    var message = new ChannelMessage.Publish(node.service, null, node.channel, null, List.of(item));
    Await.get(node.client.ask(message));

    Await.until("the event", () -> sink.all("event").size() == 1);
    JsonNode event = sink.all("event").get(0);
    assertEquals("volatile", event.path("class").asText());
    assertFalse(event.has("seq"));
    assertEquals(0, Await.get(node.link.send("XLEN", Keys.log(node.channel))).asLong());
  }

  @Test
  void closedSubscriptionGetsNothingAndInterestIsTakenBack() {
    Subscription subscription = node.read(Start.latest(), sink);
    publish(1);
    awaitSeqs(sink, 1, 1);

    node.loop.runOnContext(now -> subscription.close());
    Await.until(
        "interest is gone",
        () -> Await.get(node.link.send("EXISTS", Keys.interest(node.channel))).asLong() == 0);
    publish(1);
    RecordingSink next = new RecordingSink();
    node.read(Start.earliest(), next);

    awaitSeqs(next, 1, 2);
    assertEquals(1, sink.seqs().size());
  }

  @Test
  void restartOfRedisGoesOnUnderANewEpochWithoutAGap(@OwnRedis TestRedis redis) {
    node.close();
    node = new HubFixture(redis.uri(), config(128 << 10));
    node.read(Start.latest(), sink);
    Position before = node.publish().position();
    awaitSeqs(sink, 1, 1);

    restart(redis::restart);
    Position after = node.publish().position();
    node.publish();

    assertNotEquals(before.epoch(), after.epoch());
    awaitSeqs(sink, 1, 3);
    assertTrue(sink.all("gap").isEmpty());
    assertEquals(after.epoch(), sink.all("event").get(2).path("epoch").asText());
  }

  @Test
  void olderCopyOfRedisIsReportedAsOneGapAndNothingAfterIsMissed(@OwnRedis TestRedis redis) {
    node.close();
    node = new HubFixture(redis.uri(), config(128 << 10));
    node.read(Start.latest(), sink);
    publish(2);
    Path copy = redis.copyData();
    publish(3);
    awaitSeqs(sink, 1, 5);

    restart(() -> redis.restoreFrom(copy));

    Await.until("the gap", () -> sink.all("gap").size() == 1);
    JsonNode gap = sink.all("gap").get(0);
    assertEquals("epoch", gap.path("reason").asText());
    assertEquals(5, gap.path("from").get(1).asLong());
    assertEquals(2, gap.path("to").get(1).asLong());
    var late = new Publisher("p-2", 1);
    Await.get(node.behind.append(node.channel, late, 1, "\"n\":1".getBytes()));
    node.hub.nodes(Set.of(node.node, new NodeId("n2", 1)));
    node.hub.nodes(Set.of(node.node));
    Await.until("what came after", () -> sink.seqs().equals(List.of(1L, 2L, 3L, 4L, 5L, 3L)));
    assertEquals(1, sink.all("gap").size());
  }

  private void restart(Runnable fault) {
    String before = node.link.shards().get(0).epochToken();
    fault.run();
    Await.until(
        "the link is back",
        () -> node.link.up() && !node.link.shards().get(0).epochToken().equals(before));
    Await.until("the service is back", () -> published());
  }

  private boolean published() {
    var item = new ChannelMessage.Item(0, "probe", "1", true);
    var message =
        new ChannelMessage.Publish(
            node.service,
            null,
            new dev.holdfast.core.Channel(
                node.channel.tenant(), dev.holdfast.core.ChannelName.topic("probe")),
            null,
            List.of(item));
    return Await.get(node.client.ask(message)).results().get(0).refused() == null;
  }
}
