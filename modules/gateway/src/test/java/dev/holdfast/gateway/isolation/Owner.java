package dev.holdfast.gateway.isolation;

import static dev.holdfast.gateway.http.HttpFixture.get;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.auth.TokenSigner;
import dev.holdfast.channels.ConsumerMessage;
import dev.holdfast.channels.schemas.SchemaMessage;
import dev.holdfast.channels.schemas.SchemaName;
import dev.holdfast.core.Caller;
import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.Ids;
import dev.holdfast.core.bus.ServiceClient;
import dev.holdfast.files.FileMessage;
import dev.holdfast.files.FileSpec;
import dev.holdfast.gateway.GatewayFixture;
import dev.holdfast.gateway.http.HttpCalls;
import dev.holdfast.gateway.http.HttpCalls.Reply;
import dev.holdfast.gateway.http.HttpFixture;
import dev.holdfast.tenants.TenantMessage;
import dev.holdfast.testkit.client.ManualClient;
import dev.holdfast.tokens.RevocationMessage;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A user of tenant A with one thing of each kind, and those who may reach them. */
final class Owner {
  static final String[] USER = {"run:*", "create:file", "publish:*", "subscribe:topic:*"};
  static final String[] SERVICE = {
    "service:desk",
    "publish:*",
    "history:*",
    "sessions:*",
    "connections:*",
    "files:*",
    "run:*",
    "runs:*",
    "threads:*",
    "agents:*",
    "work:*",
    "tokens:revoke"
  };

  final HttpFixture node;
  final ServiceClient bus;
  final String tenant = "a" + Ids.fresh();
  final String user = "u" + Ids.fresh();
  final String token = HttpFixture.tokenOf(tenant, user, USER);
  final Caller.Service may;
  final Things things;
  private final ManualClient client;
  private final Map<String, String> made = new LinkedHashMap<>();

  Owner(HttpFixture node) {
    this.node = node;
    bus = ServiceClient.local(node.bus, Duration.ofSeconds(10));
    may = new Caller.Service("desk", "1", Set.of(tenant), Set.of("*"));
    client = node.clients.manual(URI.create("ws://127.0.0.1:" + node.port() + "/v1/connect"));
    made.put("tenant", tenant);
    made.put("user", user);
    session();
    run();
    files();
    services();
    administered();
    things = new Things(made).withLastEvent();
  }

  String serviceToken() {
    return HttpFixture.tokenOf(tenant, "svc", SERVICE);
  }

  private HttpCalls calls() {
    return node.as(token);
  }

  private HttpCalls service() {
    return node.as(serviceToken());
  }

  private void session() {
    GatewayFixture.sayHello(client, token, Map.of());
    String session = client.await("welcome").get("session").asText();
    made.put("session", session);
    made.put("topic", "t" + Ids.fresh());
    made.put("epoch", client.await("live", "session:" + session).get("epoch").asText());
    made.put("node", node.nodes.node().id());
    ok(service().publish("topic:" + made.get("topic"), "e", "1"));
    ok(service().publish("user:" + user, "e", "1"));
  }

  private void run() {
    for (String name : List.of("agent", "thread", "called", "waits")) {
      made.put(name, name.charAt(0) + Ids.fresh());
    }
    ok(service().put("/v1/agents/shared", "{\"description\":\"all of the tenant see it\"}"));
    JsonObject run = start(made.get("thread"), made.get("called"));
    made.put("run", run.getString("run"));
    String claim = "/v1/work/" + made.get("agent") + "/claim";
    JsonObject work = ok(service().post(claim, "{\"worker\":\"w\"}")).json();
    made.put("generation", "" + work.getLong("generation"));
    start("th" + Ids.fresh(), made.get("waits"));
  }

  private JsonObject start(String thread, String run) {
    String body =
        """
        {"agent":"%s","input":{"threadId":"%s","runId":"%s","messages":[]}}"""
            .formatted(made.get("agent"), thread, run);
    return ok(calls().post("/v1/runs", body)).json();
  }

  private void files() {
    made.put("name", "n" + Ids.fresh());
    byte[] content = "the content of a file".getBytes(StandardCharsets.US_ASCII);
    HttpCalls plain = calls().with("content-type", "text/plain");
    made.put("file", id(ok(plain.send("POST", "/v1/files?name=" + made.get("name"), content))));
    var upload = new FileMessage.Create(may, tenant, FileSpec.of("later", 21).ownedBy(user));
    made.put("upload", get(bus.ask(upload)).file());
    String tickets = "/v1/files/" + made.get("file") + "/tickets";
    String url = ok(calls().send("POST", tickets, new byte[0])).json().getString("url");
    made.put("ticket", url.substring(url.indexOf('~') + 1));
  }

  /** Something in the tenant's audit log. */
  private void administered() {
    String made = ok(service().post("/v1/sessions", "{\"user\":\"gone\"}")).header("location");
    ok(service().delete(made));
  }

  private void services() {
    made.put("event", "e" + Ids.fresh());
    made.put("consumer", "c" + Ids.fresh());
    var schema = new SchemaName(made.get("event"), 1);
    get(bus.ask(new SchemaMessage.Register(may, tenant, schema, "{}")));
    String name = made.get("consumer");
    get(bus.ask(new ConsumerMessage.Claim(may, topic(), name, "o", 600_000, true)));
    made.put("token", digest(token));
    made.put("bearer", token);
    made.put("grant", HttpFixture.channelTokenOf(tenant, user, "topic:" + made.get("topic")));
  }

  private Channel topic() {
    return new Channel(tenant, ChannelName.topic(made.get("topic")));
  }

  /** Returns a token of the owner that has ended. */
  String expired() {
    var caller = new Caller.User(tenant, user, Set.of(), Set.of(USER));
    String token =
        new TokenSigner(HttpFixture.SECRET, HttpFixture.AUTH).sign(caller, Duration.ofSeconds(1));
    await().until(() -> node.as(token).get("/v1/sessions").status() == 401);
    return token;
  }

  /** Returns a token of the owner that was revoked. */
  String revoked() {
    var caller = new Caller.User(tenant, user, Set.of(), Set.of(USER));
    String token =
        new TokenSigner(HttpFixture.SECRET, HttpFixture.AUTH).sign(caller, Duration.ofMinutes(9));
    get(bus.ask(new RevocationMessage.Revoke(may, tenant, null, digest(token), 1, 0)));
    return token;
  }

  /** Returns another tenant, which is suspended. */
  String suspendedTenant() {
    String other = "b" + Ids.fresh();
    var operator = new Caller.Service("ops", "1", Set.of("*"), Set.of());
    get(bus.ask(new TenantMessage.Change(operator, other, TenantMessage.Act.SUSPEND)));
    return other;
  }

  /** Keeps what would end by itself while others are tried. */
  void keep() {
    client.send("{\"type\":\"pong\"}");
    String path = "/v1/work/" + made.get("agent") + "/runs/" + made.get("run") + "/beat";
    ok(service().post(path, "{\"generation\":" + made.get("generation") + "}"));
  }

  /** Returns everything that the owner's things show, except times. */
  String state() {
    assertTrue(client.isOpen(), "the connection was closed");
    StringBuilder all = new StringBuilder();
    for (String path :
        List.of(
            "sessions/$session",
            "runs/$run",
            "runs/$run/snapshot",
            "threads/$thread",
            "agents",
            "files/$file/metadata",
            "files/$upload/metadata")) {
      all.append(ok(calls().get("/v1/" + things.fill(path))).body()).append('\n');
    }
    for (String name : List.of("user:$user", "session:$session", "topic:$topic", "run:$run")) {
      String path = "/v1/channels/" + things.fill(name) + "/publications";
      long others = ok(service().get(path)).body().split("\"event\":\"e\"", -1).length;
      all.append(name).append(' ').append(others).append('\n');
    }
    all.append(get(bus.ask(new SchemaMessage.ListAll(may, tenant))).names()).append('\n');
    String frames = client.frames().toString();
    return all.append(frames.contains("subscribed\",\"channel\":\"topic")).toString();
  }

  private static Reply ok(Reply reply) {
    assertTrue(reply.status() < 300, reply.toString());
    return reply;
  }

  private static String id(Reply made) {
    String location = made.header("location");
    return location.substring(location.lastIndexOf('/') + 1);
  }

  static String digest(String token) {
    try {
      String signed = token.substring(0, token.lastIndexOf('.'));
      return base64(
          MessageDigest.getInstance("SHA-256").digest(signed.getBytes(StandardCharsets.US_ASCII)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String base64(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
