package dev.holdfast.channels;

import dev.holdfast.channels.schemas.SchemaMessage;
import dev.holdfast.channels.schemas.SchemaName;
import dev.holdfast.core.BusValue;
import dev.holdfast.core.Caller;
import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.NodeId;
import dev.holdfast.core.Position;
import dev.holdfast.sessions.SessionRef;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** One of each message of channels and of schemas. */
public final class ChannelSamples {
  private static final Caller SERVICE =
      new Caller.Service("s", "1", Set.of("acme"), Set.of("publish:*"));
  private static final Channel NEWS = new Channel("acme", ChannelName.topic("news"));
  private static final Position AT = new Position("E1", 7);
  private static final Publisher PUBLISHER = new Publisher("p1", 2);
  private static final ConsumerRef CONSUMER = new ConsumerRef(NEWS, "greeter", "i1", 4);

  private ChannelSamples() {}

  public static Stream<BusValue> all() {
    return Stream.of(publishing(), reading(), consuming(), hints(), schemas())
        .flatMap(each -> each);
  }

  private static Stream<BusValue> publishing() {
    var item = new ChannelMessage.Item(3, "note", "{\"text\":\"ä\"}", false);
    var entry = new PublishKeyed.Entry("key", "note", "1", false);
    var stored = new ChannelMessage.Result(null, AT, true, 0, null);
    var refused = new ChannelMessage.Result(ErrorCode.RATE_LIMITED, null, false, 0, "slow", 9);
    return Stream.of(
        PUBLISHER,
        item,
        new ChannelMessage.Publish(SERVICE, "s1", NEWS, PUBLISHER, List.of(item)),
        entry,
        new PublishKeyed(SERVICE, NEWS, List.of(entry)),
        stored,
        refused,
        new ChannelMessage.Published(List.of(stored, refused)),
        new ChannelMessage.Fence(
            new SessionRef("acme", "s1", 3), Set.of(ChannelName.topic("news"))));
  }

  private static Stream<BusValue> reading() {
    var publication =
        new Publication(AT, 99, "{\"event\":\"note\",\"data\":1,\"from\":{\"service\":\"s\"}}");
    var gap = new Gap(new Position("E1", 1), AT, "trimmed");
    return Stream.of(
        publication,
        gap,
        new ChannelMessage.History(SERVICE, NEWS, AT, 10),
        new ChannelMessage.Page(List.of(publication), gap, AT),
        new ChannelMessage.SubscribeSession(SERVICE, "s1", NEWS, true),
        new ChannelMessage.UnsubscribeSession(SERVICE, "s1", NEWS),
        new ChannelMessage.Done());
  }

  private static Stream<BusValue> consuming() {
    return Stream.of(
        CONSUMER,
        new ConsumerMessage.Claim(SERVICE, NEWS, "greeter", "i1", 10_000, true),
        new ConsumerMessage.Claimed(4, AT, 0),
        new ConsumerMessage.Commit(SERVICE, CONSUMER, AT, 10_000),
        new ConsumerMessage.Release(SERVICE, CONSUMER),
        new ConsumerMessage.Fetch(SERVICE, NEWS, AT, 16, 1_000));
  }

  private static Stream<BusValue> hints() {
    var hint = new Hint(NEWS, "E1", 7, 99, new byte[] {1, 2, -1});
    var node = new NodeId("n1", 42);
    return Stream.of(hint, new Hint.Batch(node, 5, List.of(hint)), new Hint.Beat(node, 5, 98));
  }

  private static Stream<BusValue> schemas() {
    var name = new SchemaName("order.created", 2);
    return Stream.of(
        name,
        new SchemaMessage.Register(SERVICE, "acme", name, "{}"),
        new SchemaMessage.Remove(SERVICE, "acme", name),
        new SchemaMessage.ListAll(SERVICE, "acme"),
        new SchemaMessage.Listed(List.of(name)),
        new SchemaMessage.Get(SERVICE, "acme", name),
        new SchemaMessage.Schema(name, "{}"),
        new SchemaMessage.Done());
  }
}
