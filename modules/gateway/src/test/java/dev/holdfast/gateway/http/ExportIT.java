package dev.holdfast.gateway.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.channels.ConsumerMessage;
import dev.holdfast.channels.schemas.SchemaMessage;
import dev.holdfast.channels.schemas.SchemaName;
import dev.holdfast.core.Caller;
import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.Ids;
import dev.holdfast.core.bus.ServiceClient;
import dev.holdfast.gateway.http.HttpCalls.Reply;
import dev.holdfast.testkit.OwnRedis;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** An operator has everything of a tenant, before it is erased; each line is as documented. */
@ExtendWith(RedisExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ExportIT {
  private static final String SECRET = "what-" + Ids.fresh();
  private static final Set<String> KINDS =
      Set.of(
          "begin",
          "tenant",
          "session",
          "channel",
          "publication",
          "consumer",
          "schema",
          "limits",
          "file",
          "run",
          "thread",
          "usage",
          "end");
  private static final String[] SERVICE = {
    "service:desk", "publish:*", "sessions:*", "files:*", "run:*", "work:*"
  };

  private String tenant;
  private String other;
  private TestRedis redis;
  private HttpFixture node;

  @BeforeAll
  void start(@OwnRedis TestRedis server, @TempDir Path folder) {
    redis = server;
    node = new HttpFixture(redis.uri(), folder);
  }

  @BeforeEach
  void freshTenants() {
    tenant = "a" + Ids.fresh();
    other = "b" + Ids.fresh();
  }

  @AfterAll
  void stop() {
    node.close();
  }

  @Test
  void whatAnErasureRemovesIsWhatTheExportGave() {
    fill(tenant);
    fill(other);
    suspend(tenant);
    List<JsonObject> all = export(tenant, "");

    assertEquals(KINDS, Set.copyOf(kinds(all)));
    assertEquals(count(all), all.get(all.size() - 1).getJsonObject("counts"));
    assertEquals(keys("hf:log:{" + tenant), channels(all));
    assertSession(one("session", all));
    assertRun(one("run", all));
    assertRest(all);
    assertNoSecrets(all);
    HttpCalls others = node.as(token(other));
    String content = one("file", export(other, "")).getString("content");
    assertEquals("content", others.unchecked("GET", content).body());

    JsonObject erased = erase("&confirm=" + tenant);
    for (String kind : List.of("session", "file", "run")) {
      assertEquals(1, erased.getInteger(kind + "s"), erased.encode());
    }
    await("all passes")
        .until(
            () -> {
              erase("&confirm=" + tenant);
              return left().equals(List.of("begin", "tenant", "end"));
            });
    assertTrue(export(other, "").size() > KINDS.size());
  }

  /** An export is itself in the audit log. */
  private List<String> left() {
    return export(tenant, "").stream()
        .filter(line -> !"system:audit".equals(line.getString("channel")))
        .map(line -> line.getString("kind"))
        .toList();
  }

  private static void assertRest(List<JsonObject> all) {
    assertEquals("suspended", one("tenant", all).getString("state"));
    assertEquals(SECRET + "é", ofChannel("topic:news", all).getString("data"));
    assertEquals(1, ofChannel("topic:news", all).getLong("seq"));
    assertEquals("topic:news", one("consumer", all).getString("channel"));
    assertEquals("mails", one("consumer", all).getString("consumer"));
    assertEquals("{\"type\":\"object\"}", one("schema", all).getJsonObject("schema").encode());
    assertEquals(77, one("limits", all).getJsonObject("set").getInteger("user.publications"));
    assertEquals("ann", one("file", all).getString("owner"));
    assertEquals("th", one("thread", all).getString("threadId"));
    assertTrue(one("thread", all).getJsonObject("document").encode().contains(SECRET));
  }

  @Test
  void ofAUserItsOwnComesAlone() {
    fill(tenant);
    HttpCalls desk = desk(tenant);
    created(desk.post("/v1/sessions", "{\"user\":\"bob\"}"));
    created(desk.publish("user:bob", "note", "\"bobs\""));
    String bobs = id(desk.with("content-type", "text/plain"), "/v1/files?name=b&owner=bob");

    List<JsonObject> anns = export(tenant, "?user=ann");
    assertEquals("ann", anns.get(0).getString("user"));
    Set<String> kinds = new TreeSet<>(count(anns).fieldNames());
    assertEquals(
        Set.of("begin", "session", "channel", "publication", "file", "run", "thread", "usage"),
        kinds);
    assertFalse(anns.toString().contains("bob"), anns::toString);
    assertFalse(anns.toString().contains("topic:news\",\"epoch"), anns::toString);
    List<JsonObject> bob = export(tenant, "?user=bob");
    assertEquals(bobs, one("file", bob).getString("file"));
    assertEquals(List.of("user:bob"), List.copyOf(channels(bob)));
    assertEquals(List.of("begin", "end"), kinds(export(tenant, "?user=nobody")));
    assertEquals(List.of("begin", "end"), kinds(export("nobody" + tenant, "")));
  }

  @Test
  void itTakesAnOperatorWithThePermission() {
    String path = "/v1/tenants/" + tenant + "/export";
    Reply held = node.user("ann", "*", "tenants:*", "tenants:read").get(path);
    assertEquals(403, held.status());
    assertTrue(held.body().contains("needs tenants:export"), held.body());
    Reply own = node.as(HttpFixture.tokenOf(tenant, "ann", "*", "tenants:export")).get(path);
    assertEquals(403, own.status());
    assertTrue(own.body().contains("is for operators"), own.body());
    assertEquals(200, node.user("ann", "tenants:export").get(path).status());
    assertEquals(400, node.user("ann", "tenants:export").get(path + "?user=%20").status());
  }

  @Test
  void whatIsBeingErasedIsNotExported() {
    redis.text("HSET", "hf:erasing:{" + tenant + "}", "m", "a begin", "s:a", "");
    Reply refused = node.service().get("/v1/tenants/" + tenant + "/export");
    assertEquals(409, refused.status(), refused.body());
    assertEquals("conflict", refused.code());
  }

  /** One of everything. */
  private void fill(String of) {
    HttpCalls desk = desk(of);
    HttpCalls operator = node.service();
    assertEquals(200, operator.send("PUT", "/v1/tenants/" + of, new byte[0]).status());
    String session = created(desk.post("/v1/sessions", "{\"user\":\"ann\"}")).getString("session");
    String path = "/v1/sessions/" + session;
    created(
        desk.with("if-match", "\"0\"").put(path + "/attributes", "{\"plan\":\"" + SECRET + "\"}"));
    Reply joined = desk.send("PUT", path + "/subscriptions/topic:news", new byte[0]);
    assertTrue(joined.status() < 300, joined.body());
    created(desk.publish("topic:news", "note", "\"" + SECRET + "é\""));
    created(desk.publish("user:ann", "note", "{}"));
    created(desk.publish("session:" + session, "note", "{}"));
    services(of);
    created(
        operator
            .with("content-type", "application/json")
            .send(
                "PATCH", "/v1/limits?tenant=" + of, "{\"user.publications\":77}".getBytes(UTF_8)));
    String file = id(desk.with("content-type", "text/plain"), "/v1/files?name=f&owner=ann");
    created(desk.send("POST", "/v1/files/" + file + "/tickets", new byte[0]));
    run(of);
  }

  private void services(String of) {
    var may = new Caller.Service("desk", "1", Set.of(of), Set.of("*"));
    ServiceClient bus = ServiceClient.local(node.bus, Duration.ofSeconds(10));
    Channel news = new Channel(of, ChannelName.topic("news"));
    HttpFixture.get(bus.ask(new ConsumerMessage.Claim(may, news, "mails", "o", 60_000, true)));
    HttpFixture.get(
        bus.ask(
            new SchemaMessage.Register(
                may, of, new SchemaName("order", 1), "{\n  \"type\": \"object\"\n}")));
  }

  private void run(String of) {
    String agent = "a" + Ids.fresh();
    HttpCalls ann = node.as(HttpFixture.tokenOf(of, "ann", "run:*"));
    String input = "{\"threadId\":\"th\",\"runId\":\"r1\",\"messages\":[],\"state\":{}}";
    String body = "{\"agent\":\"%s\",\"input\":%s}".formatted(agent, input);
    String run = created(ann.post("/v1/runs", body)).getString("run");
    HttpCalls worker = desk(of);
    JsonObject claim = created(worker.post("/v1/work/" + agent + "/claim", "{\"worker\":\"w1\"}"));
    String ids = "\"threadId\":\"th\",\"runId\":\"r1\"}";
    String said =
        "{\"type\":\"TEXT_MESSAGE_CHUNK\",\"messageId\":\"m1\",\"role\":\"assistant\","
            + "\"delta\":\""
            + SECRET
            + "\"}";
    String events =
        "{\"generation\":%d,\"n\":%d,\"events\":[%s,%s,%s]}"
            .formatted(
                claim.getLong("generation"),
                claim.getLong("next"),
                "{\"type\":\"RUN_STARTED\"," + ids,
                said,
                "{\"type\":\"RUN_FINISHED\"," + ids);
    created(worker.post("/v1/work/" + agent + "/runs/" + run + "/events", events));
    await("the end")
        .until(() -> ann.get("/v1/runs/" + run).json().getString("state").equals("ended"));
  }

  private void assertSession(JsonObject session) {
    assertEquals("ann", session.getString("user"));
    assertEquals(SECRET, session.getJsonObject("attributes").getString("plan"));
    assertTrue(session.getJsonObject("cursors").containsKey("topic:news"), session.encode());
    assertEquals("topic:news", session.getJsonArray("subscribedByService").getString(0));
  }

  private void assertRun(JsonObject run) {
    assertEquals("ann", run.getString("owner"));
    assertEquals("ended", run.getString("state"));
    assertTrue(run.containsKey("outcome"), run.encode());
    assertEquals("th", run.getJsonObject("input").getString("threadId"));
  }

  /** Nor anything of the other tenant, or of the storage. */
  private void assertNoSecrets(List<JsonObject> all) {
    String text = all.toString();
    for (String key : redis.text("KEYS", "hf:fticket:*").lines().toList()) {
      String digest = key.replaceAll(".*\\{(.*)}.*", "$1");
      assertFalse(text.contains(digest), digest);
    }
    assertFalse(text.contains(other), "the other tenant");
    assertFalse(text.contains("\"tok\""), "a token's digest");
  }

  private HttpCalls desk(String of) {
    return node.as(token(of));
  }

  private static String token(String of) {
    return HttpFixture.tokenOf(of, "svc", SERVICE);
  }

  private void suspend(String of) {
    Reply done = node.service().send("POST", "/v1/tenants/" + of + "/suspend", new byte[0]);
    assertEquals(200, done.status(), done.body());
  }

  private JsonObject erase(String query) {
    Reply step = node.service().delete("/v1/usage?tenant=" + tenant + query);
    assertEquals(200, step.status(), step.body());
    assertTrue(step.json().getString("next") == null, step.body());
    return step.json();
  }

  private List<JsonObject> export(String of, String query) {
    Reply answer = node.service().get("/v1/tenants/" + of + "/export" + query);
    assertEquals(200, answer.status(), answer.body());
    List<JsonObject> lines =
        answer.body().lines().filter(line -> !line.isEmpty()).map(JsonObject::new).toList();
    assertEquals("begin", lines.get(0).getString("kind"));
    assertEquals("end", lines.get(lines.size() - 1).getString("kind"), answer.body());
    return lines;
  }

  private static List<String> kinds(List<JsonObject> lines) {
    return lines.stream().map(line -> line.getString("kind")).toList();
  }

  /** All but the last. */
  private static JsonObject count(List<JsonObject> lines) {
    var counts = new JsonObject();
    for (JsonObject line : lines.subList(0, lines.size() - 1)) {
      String kind = line.getString("kind");
      counts.put(kind, counts.getInteger(kind, 0) + 1);
    }
    return counts;
  }

  private static JsonObject one(String kind, List<JsonObject> lines) {
    return lines.stream()
        .filter(line -> line.getString("kind").equals(kind))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + kind));
  }

  private static JsonObject ofChannel(String channel, List<JsonObject> lines) {
    return lines.stream()
        .filter(line -> line.getString("kind").equals("publication"))
        .filter(line -> line.getString("channel").equals(channel))
        .findFirst()
        .orElseThrow();
  }

  private static Set<String> channels(List<JsonObject> lines) {
    return lines.stream()
        .filter(line -> line.getString("kind").equals("channel"))
        .map(line -> line.getString("channel"))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** The channels of logs in Redis. */
  private Set<String> keys(String prefix) {
    return redis
        .text("KEYS", prefix + "*")
        .lines()
        .map(key -> key.substring(prefix.length(), key.lastIndexOf('}')))
        .map(name -> name.startsWith(":") ? "session" + name : name.substring(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static JsonObject created(Reply reply) {
    assertTrue(reply.status() < 300, reply.toString());
    return reply.body().isEmpty() ? new JsonObject(Map.of()) : reply.json();
  }

  private static String id(HttpCalls calls, String path) {
    Reply made = calls.send("POST", path, "content".getBytes(UTF_8));
    created(made);
    String location = made.header("location");
    return location.substring(location.lastIndexOf('/') + 1);
  }
}
