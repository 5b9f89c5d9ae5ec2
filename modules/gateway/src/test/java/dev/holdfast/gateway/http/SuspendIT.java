package dev.holdfast.gateway.http;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.channels.ChannelMessage;
import dev.holdfast.channels.ChannelMessage.Item;
import dev.holdfast.channels.Publisher;
import dev.holdfast.core.Caller;
import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Ids;
import dev.holdfast.core.ServiceMessage;
import dev.holdfast.core.bus.ServiceClient;
import dev.holdfast.gateway.GatewayFixture;
import dev.holdfast.gateway.http.HttpCalls.Reply;
import dev.holdfast.runs.WorkMessage;
import dev.holdfast.tenants.TenantMessage;
import dev.holdfast.tenants.TenantMessage.Act;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import dev.holdfast.testkit.client.ManualClient;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Tenants that an operator suspends at one node, and what they find at both. */
@ExtendWith(RedisExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SuspendIT {
  private static final String START =
      "{\"agent\":\"%s\",\"input\":{\"threadId\":\"t\",\"runId\":\"r\",\"messages\":[]}}";
  private static final String EVENT = "{\"type\":\"%s\",\"threadId\":\"t\",\"runId\":\"r\"}";
  private static final int SUSPENDED = 4506;
  private static final int RACES = 20;

  private HttpFixture here;
  private HttpFixture there;

  @BeforeAll
  void start(TestRedis redis, @TempDir Path folder) {
    here = new HttpFixture(redis.uri(), folder);
    there = new HttpFixture(redis.uri());
  }

  @AfterAll
  void stop() {
    here.close();
    there.close();
  }

  @Test
  void socketsAndStreamsOfASuspendedTenantAreClosedAtEachNodeAndThoseOfOthersAreNot() {
    String tenant = "t" + Ids.fresh();
    ManualClient ann = welcomed(here, HttpFixture.tokenOf(tenant, "ann"), Map.of());
    ManualClient bob = welcomed(there, HttpFixture.tokenOf(tenant, "bob"), Map.of());
    ManualClient other = welcomed(there, HttpFixture.tokenOf("o" + tenant, "bob"), Map.of());
    String reader = HttpFixture.tokenOf(tenant, "cam", "subscribe:topic:*");
    try (var stream = new EventReader(there, reader, "topic:a", null)) {
      stream.await("live", "topic:a");

      suspend(tenant);

      assertEquals("tenant_suspended", stream.await("close").getString("reason"));
    }
    for (ManualClient closed : List.of(ann, bob)) {
      ManualClient.Close close = closed.awaitClose();
      assertEquals(SUSPENDED, close.code());
      assertEquals("tenant_suspended", close.reason());
    }
    assertTrue(other.isOpen());
  }

  @Test
  void allThatASuspendedTenantAsksIsRefusedByNameUntilItIsResumed() {
    String tenant = "t" + Ids.fresh();
    String token = HttpFixture.tokenOf(tenant, "ann", "create:file");
    ManualClient ann = here.clients.manual(socket(here));
    GatewayFixture.sayHello(ann, token, Map.of());
    String session = ann.await("welcome").get("session").asText();
    Reply file =
        here.as(token)
            .with("content-type", "text/plain")
            .send("POST", "/v1/files?name=a", new byte[9]);
    String place = file.header("location");
    Reply made = here.as(token).send("POST", place + "/tickets?expires=600", new byte[0]);
    String ticket = made.json().getString("url");
    assertEquals(200, here.as(null).unchecked("GET", ticket).status());

    suspend(tenant);

    assertEquals(SUSPENDED, ann.awaitClose().code());
    assertEquals(SUSPENDED, refused(here, token, Map.of("resume", session)));
    for (String path : List.of("/v1/sessions", place, "/v1/events", "/v1/connections")) {
      refused(here.as(token).get(path));
    }
    String service = HttpFixture.tokenOf(tenant, "svc", "service:desk", "sessions:*");
    refused(here.as(service).get("/v1/sessions/" + session));
    refused(here.as(null).get(ticket));

    post("/v1/tenants/" + tenant + "/resume");

    assertEquals(200, here.as(null).unchecked("GET", ticket).status());
    assertEquals(200, here.as(token).unchecked("GET", place).status());
    ManualClient again = here.clients.manual(socket(here));
    GatewayFixture.sayHello(again, token, Map.of("resume", session));
    assertTrue(again.await("welcome").get("resumed").asBoolean());
  }

  /** Its owner could not be notified, so it did not end, and kept its thread and its places. */
  @Test
  void aRunThatIsUnderWayComesToItsEnd() {
    String tenant = "t" + Ids.fresh();
    String agent = "a" + Ids.fresh();
    startRun(tenant, agent);
    WorkMessage.Work work = HttpFixture.get(bus(here).ask(claim(agent, tenant))).work();

    suspend(tenant);
    await("followed")
        .until(() -> failure(there, publication(tenant, "topic:a")) == ErrorCode.TENANT_SUSPENDED);

    var events =
        new WorkMessage.Events(
            claim(agent, tenant).caller(),
            tenant,
            work.run().run(),
            work.generation(),
            work.next(),
            List.of(EVENT.formatted("RUN_STARTED"), EVENT.formatted("RUN_FINISHED")));
    assertTrue(HttpFixture.get(bus(here).ask(events)).over());
  }

  private void startRun(String tenant, String agent) {
    Reply started =
        here.as(HttpFixture.tokenOf(tenant, "ann", "run:*"))
            .post("/v1/runs", START.formatted(agent));
    assertEquals(200, started.status(), started.body());
  }

  private static void refused(Reply reply) {
    assertEquals(403, reply.status(), reply.body());
    assertEquals("tenant_suspended", reply.code(), reply.body());
  }

  @Test
  void publicationsOfServicesAndWorkersClaimsAreRefusedByName() {
    String tenant = "t" + Ids.fresh();
    String agent = "a" + Ids.fresh();
    startRun(tenant, agent);

    suspend(tenant);

    assertEquals(ErrorCode.TENANT_SUSPENDED, failure(here, publication(tenant, "topic:a")));
    assertEquals(ErrorCode.TENANT_SUSPENDED, failure(here, claim(agent, tenant)));
    assertEquals(null, HttpFixture.get(bus(here).ask(claim(agent, "*"))).work());
    await("followed")
        .until(() -> failure(there, publication(tenant, "topic:a")) == ErrorCode.TENANT_SUSPENDED);
    assertEquals(null, HttpFixture.get(bus(there).ask(claim(agent, "*"))).work());
    HttpFixture.get(bus(here).ask(publication(tenant, "system:sessions")));

    HttpFixture.get(bus(here).ask(change(tenant, Act.RESUME)));

    HttpFixture.get(bus(here).ask(publication(tenant, "topic:a")));
    await("followed")
        .until(() -> HttpFixture.get(bus(there).ask(claim(agent, "*"))).work() != null);
  }

  /** In whichever order they come, at whichever node: nobody stays. */
  @Test
  void whoSaysHelloWhileItsTenantIsSuspendedDoesNotStay() {
    List<Future<?>> suspended = new ArrayList<>();
    List<ManualClient> clients = new ArrayList<>();
    for (int race = 0; race < RACES; race++) {
      String tenant = "t" + Ids.fresh();
      for (int i = 0; i < 12; i++) {
        HttpFixture node = i % 2 == 0 ? here : there;
        ManualClient client = node.clients.manual(socket(node));
        clients.add(client);
        GatewayFixture.sayHello(client, HttpFixture.tokenOf(tenant, "u" + i), Map.of());
        if (i == race % 12) {
          suspended.add(bus(here).ask(change(tenant, Act.SUSPEND)));
        }
      }
    }
    HttpFixture.get(Future.all(suspended));
    clients.forEach(client -> assertEquals(SUSPENDED, client.awaitClose().code()));
  }

  @Test
  void toDoItAgainChangesNothing() {
    String tenant = "t" + Ids.fresh();
    String one = "/v1/tenants/" + tenant;
    assertEquals("{\"tenant\":\"" + tenant + "\",\"state\":\"active\"}", get(one).body());

    JsonObject suspended = suspend(tenant);
    assertEquals(suspended, suspend(tenant));
    assertEquals(suspended, get(one).json());
    JsonObject created = put(one).json();
    assertEquals("suspended", created.getString("state"));
    assertEquals(created, put(one).json());
    JsonObject resumed = post(one + "/resume").json();
    assertEquals("active", resumed.getString("state"));
    assertEquals(created.getLong("created"), resumed.getLong("created"));
    assertEquals(resumed, post(one + "/resume").json());
    assertEquals(resumed, get(one).json());
  }

  @Test
  void tenantsAreListedByNameInPages() {
    List<String> names = List.of("a" + Ids.fresh(), "b" + Ids.fresh(), "c" + Ids.fresh());
    names.forEach(name -> put("/v1/tenants/" + name));
    List<String> listed = new ArrayList<>();
    String after = "";
    while (after != null) {
      JsonObject page =
          get("/v1/tenants?limit=2" + (after.isEmpty() ? "" : "&after=" + after)).json();
      page.getJsonArray("tenants")
          .forEach(one -> listed.add(((JsonObject) one).getString("tenant")));
      after = page.getString("next");
    }

    assertTrue(listed.containsAll(names), listed.toString());
    assertEquals(listed.stream().sorted().toList(), listed);
  }

  @Test
  void theOperatorsTenantCanNotBeSuspended() {
    Reply refused = post("/v1/tenants/" + here.tenant + "/suspend");

    assertEquals(403, refused.status());
    assertEquals("forbidden", refused.code());
    assertTrue(refused.body().contains("operators"), refused.body());
  }

  private JsonObject suspend(String tenant) {
    Reply reply = post("/v1/tenants/" + tenant + "/suspend");
    assertEquals("suspended", reply.json().getString("state"), reply.body());
    return reply.json();
  }

  private HttpCalls operator() {
    return here.service();
  }

  private Reply get(String path) {
    return operator().get(path);
  }

  private Reply put(String path) {
    return operator().send("PUT", path, new byte[0]);
  }

  private Reply post(String path) {
    return operator().send("POST", path, new byte[0]);
  }

  private static TenantMessage.Change change(String tenant, Act act) {
    return new TenantMessage.Change(
        new Caller.Service("ops", "1", Set.of("*"), Set.of()), tenant, act);
  }

  private static ChannelMessage.Publish publication(String tenant, String channel) {
    var service = new Caller.Service("desk", "1", Set.of(tenant), Set.of("*"));
    var item = new Item(1, "e", "1", false);
    var publisher = new Publisher("p" + Ids.fresh(), 1);
    return new ChannelMessage.Publish(
        service, null, new Channel(tenant, ChannelName.parse(channel)), publisher, List.of(item));
  }

  private static WorkMessage.Claim claim(String agent, String tenant) {
    return new WorkMessage.Claim(
        new Caller.Service("worker", "1", Set.of(tenant), Set.of("*")), agent, "w", 0);
  }

  private static ErrorCode failure(HttpFixture node, ServiceMessage<?> message) {
    try {
      HttpFixture.get(bus(node).ask(message));
      return null;
    } catch (IllegalStateException e) {
      return HoldfastException.from(e.getCause().getCause()).code();
    }
  }

  private static ServiceClient bus(HttpFixture node) {
    return ServiceClient.local(node.bus, Duration.ofSeconds(10));
  }

  private static URI socket(HttpFixture node) {
    return URI.create("ws://127.0.0.1:" + node.port() + "/v1/connect");
  }

  private static ManualClient welcomed(HttpFixture node, String token, Map<String, ?> members) {
    ManualClient client = node.clients.manual(socket(node));
    GatewayFixture.sayHello(client, token, members);
    client.await("welcome");
    return client;
  }

  private static int refused(HttpFixture node, String token, Map<String, ?> members) {
    ManualClient client = node.clients.manual(socket(node));
    GatewayFixture.sayHello(client, token, members);
    return client.awaitClose().code();
  }
}
