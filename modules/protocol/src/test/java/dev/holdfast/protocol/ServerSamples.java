package dev.holdfast.protocol;

import dev.holdfast.core.Caller;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Position;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What each encoder of {@link ServerFrames} makes, by its name. */
final class ServerSamples {
  private static final ChannelName NEWS = ChannelName.topic("news");
  private static final Position AT_7 = new Position("k7B", 7);
  private static final Position AT_8 = new Position("k7B", 8);
  private static final Position AT_40 = new Position("k7B", 40);
  private static final long AT = 1_760_000_000_500L;
  private static final Caller ANN = new Caller.User("acme", "ann", Set.of(), Set.of());
  private static final Caller BILLING =
      new Caller.Service("billing", "i1", Set.of("acme"), Set.of());

  private ServerSamples() {}

  static Map<String, List<EncodedFrame>> byEncoder() {
    byte[] note = ServerFrames.body("note", "{\"text\":\"hi\"}", ANN);
    byte[] empty = ServerFrames.body("note", "null", BILLING);
    var welcome = new Welcome("pX0", 1, "c4f", "n1", false, 120, 25, 65_536, 256, 100, AT - 500);
    Map<String, List<EncodedFrame>> samples = new LinkedHashMap<>();
    samples.put("PING", List.of(ServerFrames.PING));
    samples.put("PONG", List.of(ServerFrames.PONG));
    samples.put("welcome", List.of(ServerFrames.welcome(welcome)));
    samples.put("event", List.of(ServerFrames.event(NEWS, "k7B", 8, AT, note)));
    samples.put(
        "volatileEvent", List.of(ServerFrames.volatileEvent(ChannelName.TENANT, AT, empty)));
    samples.put("gap", List.of(ServerFrames.gap(NEWS, AT_8, AT_40, "trimmed")));
    samples.put(
        "snapshot",
        List.of(
            ServerFrames.snapshot(
                ChannelName.parse("run:r1"), AT_7, "{\"messages\":[],\"state\":null}")));
    samples.put("live", List.of(ServerFrames.live(NEWS, AT_8)));
    samples.put("subscribed", List.of(ServerFrames.subscribed(NEWS, AT_7, true)));
    samples.put(
        "unsubscribed",
        List.of(
            ServerFrames.unsubscribed(NEWS, "requested"),
            ServerFrames.unsubscribed(NEWS, "forbidden")));
    samples.put("reply", List.of(ServerFrames.reply("5", "\"42 EUR\"")));
    samples.put(
        "subscribeReply",
        List.of(
            ServerFrames.subscribeReply("1", AT_7, 0),
            ServerFrames.subscribeReply("1", AT_7, 600_000)));
    samples.put("publishReply", List.of(ServerFrames.publishReply("1", AT_8, false)));
    samples.put("error", errors());
    samples.put("expiring", List.of(ServerFrames.expiring(60_000)));
    samples.put("reconnect", List.of(ServerFrames.reconnect(420, "rebalance")));
    return samples;
  }

  private static List<EncodedFrame> errors() {
    var sequence = new HoldfastException(ErrorCode.OUT_OF_SEQUENCE, "x");
    var busy = new HoldfastException(ErrorCode.RATE_LIMITED, "x");
    var bad =
        HoldfastException.withPublicMessage(ErrorCode.BAD_REQUEST, "frame: not a JSON object");
    return List.of(
        ServerFrames.error("2", sequence, 0, 3),
        ServerFrames.error("2", busy, 40, 0),
        ServerFrames.error(null, bad, 0, 0));
  }
}
