package dev.holdfast.channels.fanout;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.holdfast.channels.Await;
import dev.holdfast.channels.ChannelMessage;
import dev.holdfast.channels.ChannelMessage.Item;
import dev.holdfast.channels.Publisher;
import dev.holdfast.channels.log.ChannelsConfig;
import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.Ids;
import dev.holdfast.core.NodeId;
import dev.holdfast.core.Position;
import dev.holdfast.redis.Keys;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The channel of a session that is being made: the attach is all that Redis is asked. */
@ExtendWith(RedisExtension.class)
class ExpectedIT {
  private static final Position BEGIN = new Position("E1", 0);

  private final RecordingSink sink = new RecordingSink();
  private HubFixture node;
  private Channel channel;

  @BeforeEach
  void open(TestRedis redis) {
    var config = new ChannelsConfig(Map.of(), null, Duration.ofMillis(10), null, null, 0, 0, null);
    node = new HubFixture(redis.uri(), config);
    channel = new Channel(node.channel.tenant(), ChannelName.session(Ids.fresh()));
  }

  @AfterEach
  void close() {
    node.close();
  }

  private Expected expect() {
    return node.onLoop(() -> Future.succeededFuture(node.fanout.expect(channel)));
  }

  private void onLoop(Runnable action) {
    node.onLoop(
        () -> {
          action.run();
          return Future.succeededFuture();
        });
  }

  /** As the attach does. */
  private void attach() {
    String session = Keys.session(channel.tenant(), channel.name().id());
    redis("HSET", session, "state", "attached", "node", node.node.toString());
    String token = node.link.shards().get(0).epochToken();
    redis("HSET", Keys.meta(channel), "e", "E1", "s", 0, "r", token, "f", "", "z", 0);
  }

  private void redis(String command, Object... args) {
    Await.get(node.link.send(command, args));
  }

  private void publish(Publisher publisher, long number) {
    var item = new Item(number, "e", "{\"n\":" + number + "}", false);
    var message = new ChannelMessage.Publish(node.service, null, channel, publisher, List.of(item));
    Await.get(node.client.ask(message));
  }

  private Subscription read() {
    Subscription read = node.onLoop(() -> node.fanout.open(channel, Start.after(BEGIN), sink));
    node.start(read);
    return read;
  }

  private void assertSeqs(long last) {
    Await.until(last + " events", () -> sink.seqs().size() >= last);
    assertEquals(LongStream.rangeClosed(1, last).boxed().toList(), sink.seqs());
    assertEquals(List.of(), sink.all("gap"));
  }

  /** A service that learns of the session publishes to it before its node has its answer. */
  @Test
  void whatIsPublishedBeforeTheNodeKnowsOfTheAttachIsRead() {
    Expected expected = expect();
    attach();
    var publisher = new Publisher("p-2", 1);
    publish(publisher, 1);
    publish(publisher, 2);

    onLoop(() -> expected.began(BEGIN));
    read();
    onLoop(expected::close);
    publish(publisher, 3);

    assertSeqs(3);
  }

  @Test
  void aLookAtAllChannelsMeanwhileComesAfterTheAttach() {
    Expected expected = expect();
    node.hub.nodes(Set.of(node.node, new NodeId("n2", 1)));
    node.hub.nodes(Set.of(node.node)); // a peer dies: hints may be lost
    attach();
    redis("HSET", Keys.meta(channel), "s", 1); // one that no hint came of
    redis("XADD", Keys.log(channel), "1-0", "b", "\"event\":\"e\",\"data\":1", "t", 1, "p", "-");

    onLoop(() -> expected.began(BEGIN));
    read();
    onLoop(expected::close);

    assertSeqs(1);
  }

  @Test
  void aSessionThatIsNotMadeLeavesNothing() {
    double before = node.registry.get("holdfast.channels.open").gauge().value();
    Expected expected = expect();

    onLoop(expected::close);

    Await.until(
        "it is left", () -> node.registry.get("holdfast.channels.open").gauge().value() == before);
    assertEquals(0, (int) node.onLoop(() -> Future.succeededFuture(node.fanout.openChannels())));
  }

  /** Its id was in use by no other; the next reader finds the channel as any other. */
  @Test
  void afterOneThatWasNotMadeTheChannelOpensAsAnyOther() {
    onLoop(expect()::close);
    attach();
    var publisher = new Publisher("p-2", 1);
    publish(publisher, 1);

    read();

    assertSeqs(1);
  }
}
