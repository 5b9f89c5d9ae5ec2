package dev.holdfast.testkit.attacks.kinds;

import dev.holdfast.testkit.attacks.kinds.HttpFlood.Request;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongFunction;
import java.util.stream.Stream;

/** Requests and frames of every type, by which one user kept a node from serving others. */
final class Floods {
  private static final String VOLATILE =
      "{\"type\":\"publish\",\"id\":\"%d\",\"channel\":\"topic:v\",\"event\":\"e\","
          + "\"class\":\"volatile\",\"data\":1}";

  private Floods() {}

  static Stream<Attack> all() {
    return Stream.of(
        powerless("unsubscribe what is not read", n -> channel("unsubscribe", n)),
        powerless("subscribe what is forbidden", n -> channel("subscribe", n)),
        powerless("publish what is forbidden", n -> Doors.publish("topic:none", n, n, "1")),
        powerless("pings", n -> "{\"type\":\"ping\"}"),
        powerless("acks", n -> "{\"type\":\"ack\",\"cursors\":{\"tenant\":[\"e\"," + n + "]}}"),
        powerless("unknown frames", n -> "{\"type\":\"x\",\"id\":\"" + n + "\"}"),
        frames("volatile publications", n -> VOLATILE.formatted(n)),
        frames("requests to fresh services", Floods::request),
        new HttpFlood("lists of sessions", 8, n -> Request.get("/v1/sessions")),
        new HttpFlood("lists of files", 8, n -> Request.get("/v1/files")),
        new HttpFlood("paths that are none", 8, n -> Request.get("/v1/none/" + n)));
  }

  private static Attack powerless(String name, LongFunction<String> frame) {
    return new FrameFlood(name, 4, false, frame);
  }

  private static Attack frames(String name, LongFunction<String> frame) {
    return new FrameFlood(name, 4, true, frame);
  }

  private static String channel(String type, long n) {
    return "{\"type\":\"%s\",\"id\":\"%d\",\"channel\":\"topic:none%d\"}".formatted(type, n, n);
  }

  private static String request(long n) {
    String service = "s" + Long.toUnsignedString(ThreadLocalRandom.current().nextLong(), 36);
    return "{\"type\":\"request\",\"id\":\"%d\",\"service\":\"%s\",\"method\":\"m\",\"data\":1}"
        .formatted(n, service);
  }
}
