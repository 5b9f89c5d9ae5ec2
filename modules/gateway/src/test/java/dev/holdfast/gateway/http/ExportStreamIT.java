package dev.holdfast.gateway.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.Ids;
import dev.holdfast.gateway.http.HttpCalls.Reply;
import dev.holdfast.testkit.OwnRedis;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** What may happen while an export is read. */
@ExtendWith(RedisExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ExportStreamIT {
  private String tenant;
  private TestRedis redis;
  private HttpFixture node;

  @BeforeAll
  void start(@OwnRedis TestRedis server) {
    redis = server;
    node = new HttpFixture(redis.uri());
  }

  @BeforeEach
  void freshTenant() {
    tenant = "a" + Ids.fresh();
  }

  @AfterAll
  void stop() {
    node.close();
  }

  /** Its place was kept, and parts were read for nobody. */
  @Test
  void whoLeavesGivesThePlaceBack() throws IOException {
    large(redis);
    try (Socket socket = ask(node, node.token("exporter", "tenants:export"))) {
      assertTrue(
          new String(socket.getInputStream().readNBytes(15), UTF_8).startsWith("HTTP/1.1 200 OK"));
      await().until(() -> underWay(node) == 1);
      Reply second = node.service().get("/v1/tenants/" + tenant + "/export");
      assertEquals(429, second.status(), second.body());
      assertEquals("rate_limited", second.code());
      assertTrue(second.json().getLong("retryAfter") > 0, second.body());
    }
    await().atMost(Duration.ofSeconds(10)).until(() -> underWay(node) == 0);
  }

  @Test
  void anExportThatBreaksOffSaysWhyInItsLastLine(@OwnRedis TestRedis server) throws IOException {
    try (var own = new HttpFixture(server.uri())) {
      large(server);
      try (Socket socket = ask(own, own.token("exporter", "tenants:export"))) {
        socket.getInputStream().readNBytes(15);
        await().until(() -> underWay(own) == 1);
        server.kill();
        socket.setSoTimeout(20_000);
        String rest = new String(socket.getInputStream().readAllBytes(), UTF_8);
        String last = rest.substring(rest.lastIndexOf("{\"kind\":"));
        JsonObject error = new JsonObject(last.substring(0, last.indexOf('\n')));
        assertEquals("error", error.getString("kind"), last);
        assertEquals("unavailable", error.getString("code"), last);
        assertEquals(true, error.getBoolean("retryable"), last);
        assertFalse(rest.contains("\"kind\":\"end\""));
      }
      await().until(() -> underWay(own) == 0);
    }
  }

  @Test
  void whoIsRevokedMeanwhileGetsNoMore() throws IOException {
    large(redis);
    String token = node.token("revoked", "tenants:export");
    try (Socket socket = ask(node, token)) {
      socket.getInputStream().readNBytes(15);
      await().until(() -> underWay(node) == 1);
      Reply revoked = node.service().post("/v1/revocations", "{\"user\":\"revoked\"}");
      assertEquals(200, revoked.status(), revoked.body());
      await().until(() -> node.as(token).get("/v1/sessions").body().contains("revoked"));
      String rest = new String(socket.getInputStream().readAllBytes(), UTF_8);
      assertTrue(rest.contains("{\"kind\":\"error\",\"code\":\""), rest.length() + " characters");
      assertFalse(rest.contains("\"kind\":\"end\""));
    }
    await().until(() -> underWay(node) == 0);
  }

  /** No byte of it was counted. */
  @Test
  void whatItSendsIsWhatItsAskersTenantUsed() {
    entries(redis, 20);
    int sent;
    String asker;
    try (var own = new HttpFixture(redis.uri())) {
      asker = own.tenant;
      Reply export = own.service().get("/v1/tenants/" + tenant + "/export");
      assertTrue(export.body().contains("\"kind\":\"end\""), export.status() + "");
      sent = export.body().length();
    }
    String days = node.service().get("/v1/tenants/" + asker + "/usage?days=2").body();
    int used =
        new JsonObject(days)
            .getJsonArray("days").stream()
                .mapToInt(day -> ((JsonObject) day).getInteger("bytesOut", 0))
                .sum();
    assertTrue(sent > 1_200_000 && used >= sent, sent + " bytes, used: " + days);
  }

  /** More than sockets take by themselves. */
  private void large(TestRedis of) {
    entries(of, 600);
  }

  private void entries(TestRedis of, int count) {
    String data = "x".repeat(60_000);
    String script =
        "for i = 1, tonumber(ARGV[2]) do "
            + "redis.call('XADD', KEYS[1], i .. '-0', 'b', ARGV[1], 't', 1) end";
    String body = "\"event\":\"e\",\"data\":\"" + data + "\",\"from\":{}";
    of.call("EVAL", script, "1", "hf:log:{" + tenant + "/topic:large}", body, "" + count);
  }

  /** A request whose answer nobody reads. */
  private Socket ask(HttpFixture at, String token) throws IOException {
    var socket = new Socket("127.0.0.1", at.port());
    String request =
        """
        GET /v1/tenants/%s/export HTTP/1.1\r
        host: x\r
        authorization: Bearer %s\r
        connection: close\r
        \r
        """
            .formatted(tenant, token);
    socket.getOutputStream().write(request.getBytes(UTF_8));
    return socket;
  }

  private static double underWay(HttpFixture at) {
    return at.registry.get("holdfast.exports").gauge().value();
  }
}
