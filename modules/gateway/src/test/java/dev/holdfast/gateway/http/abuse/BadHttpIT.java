package dev.holdfast.gateway.http.abuse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.gateway.http.HttpCalls;
import dev.holdfast.gateway.http.HttpCalls.Reply;
import dev.holdfast.gateway.http.HttpFixture;
import dev.holdfast.gateway.http.RawHttp;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bad input over HTTP: a named error, nothing stored, and nobody else affected. */
@ExtendWith(RedisExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BadHttpIT {
  private static final String CHANNEL = "topic:bad";

  private HttpFixture node;
  private HttpCalls service;

  @BeforeAll
  void start(TestRedis redis) {
    node = new HttpFixture(redis.uri());
    service = node.service();
  }

  @AfterAll
  void stop() {
    node.close();
  }

  /** Nothing of it was stored, and others are served. */
  @AfterEach
  void nothingIsStoredAndTheNodeServes() {
    String history = service.get("/v1/channels/" + CHANNEL + "/publications").body();
    assertEquals("{\"publications\":[]}", history);
    assertEquals(200, service.publish("topic:others", "note", "1").status());
  }

  static Stream<Arguments> badBodies() {
    String good = HttpCalls.publication(CHANNEL, "note", "1");
    String deep = "[".repeat(10_000) + "]".repeat(10_000);
    return Stream.of(
        Arguments.of("empty", ""),
        Arguments.of("blank", "  \n"),
        Arguments.of("not JSON", "hello"),
        Arguments.of("null", "null"),
        Arguments.of("an array", "[]"),
        Arguments.of("a number", "1"),
        Arguments.of("cut off", good.substring(0, good.length() - 1)),
        Arguments.of("two values", good + good),
        Arguments.of("a comma too many", good.replace("}]", "},]")),
        Arguments.of("single quotes", good.replace('"', '\'')),
        Arguments.of("NaN", HttpCalls.publication(CHANNEL, "note", "NaN")),
        Arguments.of("a control character", HttpCalls.publication(CHANNEL, "note", "\"\u0001\"")),
        Arguments.of("no publications", "{}"),
        Arguments.of("publications null", "{\"publications\":null}"),
        Arguments.of("publications empty", "{\"publications\":[]}"),
        Arguments.of("a publication null", "{\"publications\":[null]}"),
        Arguments.of("publications an object", "{\"publications\":{}}"),
        Arguments.of("a member twice", good.replace("\"event\"", "\"data\":2,\"event\"")),
        Arguments.of("twice within data", HttpCalls.publication(CHANNEL, "n", "{\"a\":1,\"a\":2}")),
        Arguments.of("an unknown member", good.replace("\"event\"", "\"extra\":2,\"event\"")),
        Arguments.of("the channel a number", good.replace("\"" + CHANNEL + "\"", "7")),
        Arguments.of("the event an object", good.replace("\"note\"", "{}")),
        Arguments.of("the event a boolean", good.replace("\"note\"", "true")),
        Arguments.of("no data", good.replace(",\"data\":1", "")),
        Arguments.of("no channel", good.replace("\"channel\":\"topic:bad\",", "")),
        Arguments.of("another class", good.replace("\"data\"", "\"class\":\"x\",\"data\"")),
        Arguments.of("an empty key", good.replace("\"data\"", "\"idempotencyKey\":\"\",\"data\"")),
        Arguments.of("a key null", good.replace("\"data\"", "\"idempotencyKey\":7,\"data\"")),
        Arguments.of("data 10,000 deep", HttpCalls.publication(CHANNEL, "note", deep)),
        Arguments.of("data 65 deep", HttpCalls.publication(CHANNEL, "note", nested(65))),
        Arguments.of(
            "a number of 2,000 digits", good.replace(":1}", ":" + "9".repeat(2_000) + "}")),
        Arguments.of("101 publications", many(101)),
        Arguments.of("UTF-8 with a mark", "\uFEFF" + good));
  }

  private static String nested(int depth) {
    return "[".repeat(depth) + "]".repeat(depth);
  }

  private static String many(int count) {
    String one = "{\"channel\":\"%s\",\"event\":\"note\",\"data\":1},".formatted(CHANNEL);
    String all = one.repeat(count);
    return "{\"publications\":[" + all.substring(0, all.length() - 1) + "]}";
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("badBodies")
  void aBadBodyIsNamed(String name, String body) {
    Reply reply = service.post("/v1/publish", body);

    assertEquals(400, reply.status(), reply.body());
    assertEquals("bad_request", reply.code());
    assertFalse(reply.body().contains("Exception"), reply.body());
    assertFalse(reply.body().contains("dev.holdfast"), reply.body());
  }

  static Stream<Arguments> badBytes() {
    byte[] good = HttpCalls.publication(CHANNEL, "note", "\"#\"").getBytes();
    byte[] lone =
        new String(good, StandardCharsets.ISO_8859_1)
            .replace('#', (char) 0xC3)
            .getBytes(StandardCharsets.ISO_8859_1);
    byte[] utf16 = new String(good).getBytes(StandardCharsets.UTF_16);
    byte[] surrogate =
        new String(good, StandardCharsets.ISO_8859_1)
            .replace("#", "\u00ed\u00a0\u0080")
            .getBytes(StandardCharsets.ISO_8859_1);
    byte[] overlong =
        new String(good, StandardCharsets.ISO_8859_1)
            .replace("#", "\u00c0\u00af")
            .getBytes(StandardCharsets.ISO_8859_1);
    return Stream.of(
        Arguments.of("a lone byte", lone),
        Arguments.of("UTF-16", utf16),
        Arguments.of("an encoded surrogate", surrogate),
        Arguments.of("an overlong slash", overlong),
        Arguments.of("zeros", new byte[100]));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("badBytes")
  void whatIsNotUtf8IsNamed(String name, byte[] body) {
    Reply reply =
        service.with("content-type", "application/json").send("POST", "/v1/publish", body);

    assertEquals("bad_request", reply.code(), reply.body());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "topic:",
        "topic",
        "Topic:a",
        "topic:a b",
        "topic:a\\tb",
        "topic:{a}",
        "topic:a}",
        "topic:\u0430",
        "t\u03bfpic:a",
        "topic:a\\u0000",
        "tenant:other",
        "other/topic:a",
        "user:",
        "user:a\\nb",
        "session:a/b",
        "run:a.b",
        "queue:a"
      })
  void aBadChannelIsNamed(String channel) {
    Reply reply = service.publish(channel, "note", "1");

    assertEquals(400, reply.status(), reply.body());
    assertTrue(reply.body().contains("publications[0]"), reply.body());
  }

  @Test
  void aChannelNameThatIsTooLongIsNamed() {
    assertEquals(400, service.publish("topic:" + "a".repeat(129), "note", "1").status());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/xml",
        "application/json; charset=utf-16",
        "application/json; charset=latin1",
        "application/jsonp",
        "json",
        "*/*",
        "application/problem+json"
      })
  void aBodyOfAnotherTypeIsRefused(String type) {
    HttpCalls typed = service.with("content-type", type);
    byte[] body = HttpCalls.publication(CHANNEL, "note", "1").getBytes();

    assertEquals(415, typed.send("POST", "/v1/publish", body).status());
  }

  @Test
  void aBodyWithoutATypeOrWithAnEncodingIsRefused() {
    byte[] body = HttpCalls.publication(CHANNEL, "note", "1").getBytes();
    assertEquals(415, service.send("POST", "/v1/publish", body).status());
    HttpCalls zipped =
        service.with("content-type", "application/json").with("content-encoding", "gzip");
    assertEquals(415, zipped.send("POST", "/v1/publish", body).status());
  }

  @Test
  void dataOverTheLimitIsTooLarge() {
    String data = "\"" + "x".repeat(65_535) + "\"";
    Reply reply = service.publish(CHANNEL, "note", data);

    assertEquals(413, reply.status());
    assertEquals("too_large", reply.code());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "epoch",
        "E:",
        ":1",
        "E:-1",
        "E:1.5",
        "E:99999999999999999",
        "E:9007199254740992",
        "E:1:2",
        "E%201:1",
        "%00:1",
        "E:1e3",
        "E:0x1",
        "\u0435:1"
      })
  void aBadCursorIsNamed(String cursor) {
    String path = "/v1/channels/topic:others/publications?after=";
    String sent =
        cursor.contains("%") ? cursor : java.net.URLEncoder.encode(cursor, StandardCharsets.UTF_8);
    assertEquals("bad_request", service.get(path + sent).code());
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1", "1001", "1e3", "a", "", "1&limit=2", "99999999999999999999"})
  void aBadLimitIsNamed(String limit) {
    assertEquals("bad_request", service.get("/v1/sessions?limit=" + limit).code());
  }

  /** Nothing but the operations themselves is ever reached. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "/v1",
        "/v1/",
        "/V1/publish",
        "/v2/publish",
        "/v1/nodes/../../etc/passwd",
        "/v1/%2e%2e/%2e%2e/etc/passwd",
        "/docs/../openapi.properties",
        "/docs/%2e%2e/logback.xml",
        "/docs/..%2f..%2flogback.xml",
        "/docs/..%5c..%5clogback.xml",
        "/docs/%00docs.js",
        "/docs/docs.js%00.css",
        "/page/%2e%2e/http/docs.html",
        "/openapi.yaml%00.json",
        "/v1/channels/%00",
        "/v1/channels/topic:a%00b",
        "/v1/channels/topic%253Aa",
        "/v1/channels/..%2f..%2fv1%2fnodes",
        "/v1/sessions/%2e%2e",
        "/v1/sessions/..%2fx",
        "/v1/sessions/a;b=c",
        "/v1/sessions/%zz",
        "/v1/sessions/%",
        "/v1/sessions/%c0%ae%c0%ae",
        "/v1/sessions/\u00e9",
        "/.git/config",
        "/v1/sessions/{session}",
        "http://evil.example/v1/x",
        "//evil.example/v1/x"
      })
  void aTrickWithThePathFindsNothing(String path) {
    String token = node.token("svc", HttpFixture.ALL);
    String answer =
        RawHttp.send(
            node.port(),
            "GET %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n"
                .formatted(path, token));
    Reply reply = RawHttp.reply(answer);

    assertTrue(reply.status() >= 400 && reply.status() < 500, answer);
    assertEquals("application/problem+json", reply.header("content-type"), answer);
  }

  @ParameterizedTest
  @ValueSource(strings = {"PATCH", "HEAD", "TRACE", "OPTIONS", "PROPFIND", "post", "X"})
  void anotherMethodIsRefusedWithThoseThatAreTaken(String method) {
    String answer = RawHttp.send(node.port(), method + " /v1/publish HTTP/1.1\r\nHost: x\r\n\r\n");
    Reply reply = RawHttp.reply(answer);

    assertEquals(405, reply.status(), answer);
    assertEquals("POST", reply.header("allow"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\r\n\r\n\r\n",
        "hello\r\n\r\n",
        "GET / HTTP/9.9\r\n\r\n",
        "GET /\r\n\r\n",
        "GET / HTTP/1.1\r\nHost x\r\n\r\n",
        "GET / HTTP/1.1\r\n\u0000: x\r\n\r\n",
        "POST /v1/publish HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        "POST /v1/publish HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        "POST /v1/publish HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc"
      })
  void whatIsNotHttpIsRefusedOrEnded(String bytes) {
    String answer = RawHttp.send(node.port(), bytes);

    assertTrue(answer.isEmpty() || RawHttp.reply(answer).status() >= 400, answer);
    assertFalse(answer.contains("xception"), answer);
  }

  @Test
  void aLineOrHeadersThatAreTooLongAreNamed() {
    String line = "GET /" + "a".repeat(30_000) + " HTTP/1.1\r\nHost: x\r\n\r\n";
    String headers = "GET / HTTP/1.1\r\nHost: x\r\nX: " + "a".repeat(40_000) + "\r\n\r\n";

    assertEquals(414, RawHttp.reply(RawHttp.send(node.port(), line)).status());
    assertEquals(431, RawHttp.reply(RawHttp.send(node.port(), headers)).status());
  }

  /** A body declared long is refused before it is sent. */
  @Test
  void aLongBodyIsRefusedUnread() {
    String head =
        "POST /v1/publish HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            + "Authorization: Bearer %s\r\nContent-Length: 9999999999\r\n\r\n"
                .formatted(node.token("svc", HttpFixture.ALL));

    assertEquals(413, RawHttp.reply(RawHttp.send(node.port(), head)).status());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "x",
        "e30",
        "MQ",
        "!!!!",
        "MQpzCngKeQ",
        "MQpzCnRvcGljOmEgRTotMQ",
        "MgpzCg",
        "MQphIGI",
        "MQpzCnRvcGljOmEgRTo5OTk5OTk5OTk5OTk5OTk5OTk5OTk5"
      })
  void aBadLastIdIsNamed(String id) {
    HttpCalls ann = node.user("ann").with("last-event-id", id);

    assertEquals("bad_request", ann.get("/v1/events").code());
  }
}
