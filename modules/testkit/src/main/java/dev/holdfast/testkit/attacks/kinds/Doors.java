package dev.holdfast.testkit.attacks.kinds;

import dev.holdfast.core.Ids;
import dev.holdfast.testkit.attacks.kinds.HttpFlood.Request;
import java.util.function.LongFunction;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * The doors by which one user filled Redis, so that every node lost its lease and nobody could come
 * or come back: whatever is stored for a client, and can be had without end.
 */
final class Doors {
  private static final int LARGE = 60_000;
  private static final String PUBLISH = "/v1/publish";

  private Doors() {}

  static Stream<Attack> all() {
    String large = "x".repeat(LARGE);
    String attributes =
        LongStream.range(0, 64)
            .mapToObj(i -> "\"a%d\":\"%s\"".formatted(i, "€".repeat(4_096)))
            .collect(Collectors.joining(","));
    return Stream.of(
        http(
            "tiny publications to fresh topics over HTTP",
            n -> publications(100, i -> publication("f" + n + "-" + i, "1"))),
        http(
            "large publications over HTTP",
            n -> publications(15, i -> publication("l" + n % 20, '"' + large + '"'))),
        http(
            "publisher names",
            n ->
                publications(
                    100,
                    i ->
                        publication(
                            "names" + n % 1_000,
                            "1,\"publisher\":\"p%d-%d\",\"n\":1".formatted(n, i)))),
        http(
            "sessions with large attributes",
            n -> Request.post("/v1/sessions", "{\"attributes\":{" + attributes + "}}")),
        http("empty uploads", n -> upload()),
        http("runs with large inputs", n -> run(n, large)),
        frames(
            "large publications on WebSockets",
            n -> publish("topic:large", n, n, '"' + large + '"')),
        frames(
            "publications to fresh topics on WebSockets",
            n -> publish("topic:" + Ids.fresh(), n, 1, "1")),
        frames("subscribe and unsubscribe fresh topics", Doors::comeAndGo),
        new FreshStreams(),
        new FileTickets(),
        new LeftSessions());
  }

  private static Attack http(String name, LongFunction<Request> request) {
    return new HttpFlood(name, 8, request);
  }

  private static Attack frames(String name, LongFunction<String> frame) {
    return new FrameFlood(name, 8, true, frame);
  }

  static Request publications(int count, LongFunction<String> each) {
    String list = LongStream.range(0, count).mapToObj(each).collect(Collectors.joining(","));
    return Request.post(PUBLISH, "{\"publications\":[" + list + "]}");
  }

  /**
   * @param data JSON, and further members
   */
  static String publication(String topic, String data) {
    return "{\"channel\":\"topic:%s\",\"event\":\"e\",\"data\":%s}".formatted(topic, data);
  }

  static String publish(String channel, long id, long n, String data) {
    return "{\"type\":\"publish\",\"id\":\"%d\",\"channel\":\"%s\",\"event\":\"e\",\"n\":%d,\"data\":%s}"
        .formatted(id, channel, n, data);
  }

  private static Request upload() {
    String headers =
        "Tus-Resumable: 1.0.0\r\nUpload-Length: 10000000\r\n"
            + "Upload-Metadata: filename ZmlsZQ==\r\n";
    return new Request("POST /v1/files", headers, "");
  }

  /** Of an agent for which nobody works. */
  private static Request run(long n, String large) {
    String message = "{\"id\":\"m%d\",\"role\":\"user\",\"content\":\"%s\"}";
    String messages =
        LongStream.range(0, 10)
            .mapToObj(i -> message.formatted(i, large))
            .collect(Collectors.joining(","));
    String input =
        "{\"threadId\":\"t%d\",\"runId\":\"r\",\"state\":{},\"messages\":[%s]}"
            .formatted(n, messages);
    return Request.post("/v1/runs", "{\"agent\":\"a\",\"input\":" + input + "}");
  }

  private static String comeAndGo(long n) {
    return "{\"type\":\"%s\",\"id\":\"i%d\",\"channel\":\"topic:c%d\"}"
        .formatted(n % 2 == 1 ? "subscribe" : "unsubscribe", n, (n + 1) / 2);
  }
}
