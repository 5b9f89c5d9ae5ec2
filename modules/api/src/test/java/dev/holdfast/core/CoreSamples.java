package dev.holdfast.core;

import java.util.Set;
import java.util.stream.Stream;

/** One of each value of the bus that belongs to no service of Holdfast's own. */
public final class CoreSamples {
  private CoreSamples() {}

  public static Stream<BusValue> all() {
    var user = new Caller.User("acme", "ann", Set.of("r"), Set.of("publish:topic:*"));
    return Stream.of(
        user,
        new Caller.Service("s", "1", Set.of("acme"), Set.of("publish:*")),
        new Channel("acme", ChannelName.TENANT),
        ChannelName.topic("a/b"),
        new Position("E1", 7),
        new NodeId("n1", 42),
        new Attempt("i1", 2),
        new ServiceRequest(user, "s1", "quote", "{\"items\":3}"),
        new ServiceReply("{\"price\":60}"));
  }
}
