package dev.holdfast.app.cluster;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.holdfast.app.Commands;
import dev.holdfast.core.Ids;
import dev.holdfast.testkit.ClusterExtension;
import dev.holdfast.testkit.ClusterOptions;
import dev.holdfast.testkit.TestCluster;
import dev.holdfast.testkit.attacks.Bystanders;
import dev.holdfast.testkit.client.Json;
import dev.holdfast.testkit.client.ManualClient;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A tenant with everything that a tenant can have fills Redis; an operator sees it, and erases it
 * for good, while others go on.
 */
@ExtendWith(ClusterExtension.class)
class EraseIT {
  private static final Logger LOG = LoggerFactory.getLogger(EraseIT.class);
  private static final int SESSIONS = Integer.getInteger("holdfast.erase.sessions", 40);
  private static final int FILES = Integer.getInteger("holdfast.erase.files", 12);

  /** By hand it waits until what is kept for three minutes is gone, too. */
  private static final boolean ALL = Integer.getInteger("holdfast.erase.sessions") != null;

  private static final int SOCKETS = Math.min(200, SESSIONS / 4);
  private static final int USERS = Math.max(1, SESSIONS / 10);
  private static final int AT_ONCE = 8;
  private static final String NEWS = "topic:news";
  private static final Set<String> OPERATOR =
      Set.of(
          "usage:read",
          "usage:erase",
          "tenants:write",
          "tenants:revoke",
          "tenants:export",
          "limits:write");
  private static final Set<String> SERVICE =
      Set.of(
          "service:svc",
          "publish:*",
          "sessions:*",
          "files:read",
          "files:write",
          "tokens:revoke",
          "run:*",
          "work:*");

  @TempDir Path folder;

  private final String tenant = "e" + Ids.fresh();
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @Test
  void nothingIsLeftOfAnErasedTenantAndOthersGoOn() throws Exception {
    var options =
        ClusterOptions.of(2)
            .with("gateway.operatorTenant", "ops")
            .with("gateway.heartbeat", "10m")
            .with("sessions.linger", "1h")
            .with("channels.leaveAfter", "1s")
            .with("files.folder", folder.resolve("files").toString());
    try (var cluster = TestCluster.start(options);
        var others = Bystanders.of(cluster, 2, 4, 40)) {
      fill(cluster);
      assertTrue(run(cluster, "usage").contains(tenant));
      long alone = System.nanoTime() - TimeUnit.SECONDS.toNanos(2);
      ManualClient eve = client(cluster, "eve");

      run(cluster, "tenants", "suspend", tenant);
      assertEquals("tenant_suspended", eve.awaitClose().reason());
      run(cluster, "revoke", "--tenant=" + tenant, "--all");
      assertEquals(2, failing(cluster, "erase", "--tenant=" + tenant, "--confirm=x"));
      JsonNode counts = export(cluster);
      assertEquals(SESSIONS + 1, counts.path("session").asInt(), counts::toString);
      assertEquals(FILES, counts.path("file").asInt(), counts::toString);
      assertEquals(2, counts.path("run").asInt(), counts::toString);
      long begun = System.nanoTime();
      String printed = run(cluster, "erase", "--tenant=" + tenant, "--confirm=" + tenant);
      long ended = System.nanoTime();
      report(printed, others, new long[] {alone, begun, ended});
      assertErased(printed);

      awaitNothingNamed(cluster);
      String again = run(cluster, "erase", "--tenant=" + tenant, "--confirm=" + tenant);
      assertTrue(again.contains(ALL ? "Nothing is left." : "Left for now: {"), again);
      JsonNode left = export(cluster); // "usage", too, if a node reports late what was retained
      assertTrue(
          left.toString().matches("\\{\"begin\":1,\"tenant\":1(,\"usage\":.*)?}"), left::toString);
      assertEquals(List.of("storage.id"), stored());
      assertEquals(List.of(), others.errors());
    }
  }

  /** Returns how many lines of each kind there are. */
  private JsonNode export(TestCluster cluster) throws IOException {
    Path file = folder.resolve("export");
    run(cluster, "tenants", "export", tenant, "--output=" + file);
    List<String> lines = Files.readAllLines(file);
    Files.delete(file);
    return Json.MAPPER.readTree(lines.get(lines.size() - 1)).path("counts");
  }

  /** What nodes count is reported for a while; another pass takes it away. */
  private void awaitNothingNamed(TestCluster cluster) {
    try (var redis = RedisKeys.of(cluster)) {
      await()
          .atMost(Duration.ofSeconds(ALL ? 300 : 30))
          .pollInterval(Duration.ofSeconds(1))
          .untilAsserted(
              () -> {
                run(cluster, "erase", "--tenant=" + tenant, "--confirm=" + tenant);
                assertEquals(List.of(), named(redis, ALL));
              });
    }
  }

  /** Sessions with and without a socket, channels, runs, files, tickets, limits. */
  private void fill(TestCluster cluster) throws Exception {
    String svc = cluster.token(tenant, "svc", SERVICE);
    for (int i = 0; i < SOCKETS; i++) {
      client(cluster, "user" + i % USERS);
    }
    each(
        SESSIONS - SOCKETS,
        i -> post(cluster, svc, "/v1/sessions", body("user", "user" + i % USERS)));
    each(
        FILES,
        i -> {
          String path = "/v1/files?name=f" + i + "&owner=user" + i % USERS;
          JsonNode file = post(cluster, svc, path, "content of " + i);
          if (i % 10 == 0) {
            post(cluster, svc, "/v1/files/" + file.get("file").asText() + "/tickets", "");
          }
        });
    each(USERS, i -> publish(cluster, svc, "user:user" + i));
    each(SESSIONS / 10, i -> publish(cluster, svc, "topic:t" + i));
    publish(cluster, svc, NEWS);
    begin(cluster, svc);
    run(cluster, "limits", "--tenant=" + tenant, "user.publications=77");
    post(cluster, svc, "/v1/revocations", body("user", "user0"));
  }

  /** One run waits, one is under way. */
  private void begin(TestCluster cluster, String svc) {
    for (int i = 1; i <= 2; i++) {
      String input = "{\"threadId\":\"t%d\",\"runId\":\"r\",\"messages\":[],\"state\":{}}";
      String run = "{\"agent\":\"a\",\"user\":\"user1\",\"input\":%s}";
      post(cluster, svc, "/v1/runs", run.formatted(input.formatted(i)));
    }
    JsonNode work = post(cluster, svc, "/v1/work/a/claim", body("worker", "w"));
    String thread = work.get("run").get("threadId").asText();
    String begun = "{\"type\":\"RUN_STARTED\",\"threadId\":\"%s\",\"runId\":\"r\"}";
    String batch = "{\"generation\":%d,\"n\":%d,\"events\":[%s]}";
    post(
        cluster,
        svc,
        "/v1/work/a/runs/" + work.get("run").get("run").asText() + "/events",
        batch.formatted(
            work.get("generation").asLong(), work.get("next").asLong(), begun.formatted(thread)));
  }

  private static void each(int count, IntConsumer step) throws Exception {
    var pool = new java.util.concurrent.ForkJoinPool(AT_ONCE);
    try {
      pool.submit(() -> IntStream.range(0, count).parallel().forEach(step)).get();
    } finally {
      pool.shutdown();
    }
  }

  private void publish(TestCluster cluster, String svc, String channel) {
    String one = "{\"publications\":[{\"channel\":\"%s\",\"event\":\"e\",\"data\":1}]}";
    post(cluster, svc, "/v1/publish", one.formatted(channel));
  }

  private static String body(String name, String value) {
    return "{\"%s\":\"%s\"}".formatted(name, value);
  }

  private void assertErased(String printed) {
    List<String> totals = printed.lines().filter(line -> line.contains(" ended, ")).toList();
    String last = totals.get(totals.size() - 1);
    assertTrue(last.startsWith((SESSIONS + 1) + " sessions ended, "), printed);
    assertTrue(last.contains(" " + FILES + " files, 2 runs and "), printed);
  }

  /** The p99 of others' deliveries and requests, before and during the erasure. */
  private static void report(String printed, Bystanders others, long[] at) {
    LOG.info(
        "{}\nerased in {} ms; others' deliveries p50, p99 ms before {}, during {}; requests {}, {}",
        printed,
        TimeUnit.NANOSECONDS.toMillis(at[2] - at[1]),
        others.deliveries(at[0], at[1]),
        others.deliveries(at[1], at[2]),
        others.requests(at[0], at[1]),
        others.requests(at[1], at[2]));
  }

  /** Keys of Redis that name the tenant, in their name or their value, but for those that stay. */
  private List<String> named(RedisKeys redis, boolean all) {
    List<String> found = new ArrayList<>();
    redis.each(
        (key, value) -> {
          if ((key + value).contains(tenant) && !Remains.stays(key, value, all)) {
            found.add(key + " " + value);
          }
        });
    return found;
  }

  private List<String> stored() throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).map(file -> file.getFileName().toString()).toList();
    }
  }

  private static String run(TestCluster cluster, String... words) {
    var command = new Commands();
    assertEquals(0, command.run(line(cluster, words)), command::err);
    return command.out();
  }

  private static int failing(TestCluster cluster, String... words) {
    return new Commands().run(line(cluster, words));
  }

  private static String[] line(TestCluster cluster, String... words) {
    List<String> line = new ArrayList<>(List.of(words));
    line.add("--url=" + cluster.node(1).http("/"));
    line.add("--token=" + cluster.token("ops", "operator", OPERATOR));
    return line.toArray(String[]::new);
  }

  private JsonNode post(TestCluster cluster, String token, String path, String body) {
    var request =
        HttpRequest.newBuilder(cluster.node(2).http(path))
            .header("Authorization", "Bearer " + token)
            .POST(BodyPublishers.ofString(body));
    if (!body.isEmpty()) {
      request.header("Content-Type", "application/json");
    }
    try {
      HttpResponse<String> answer = http.send(request.build(), BodyHandlers.ofString());
      assertTrue(answer.statusCode() < 300, path + ": " + answer.body());
      return Json.MAPPER.readTree(answer.body());
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(path, e);
    }
  }

  /** At either node. */
  private ManualClient client(TestCluster cluster, String user) {
    int node = 1 + Math.floorMod(Ids.fresh().hashCode(), 2);
    ManualClient client = cluster.clients().manual(cluster.node(node).url());
    var named = Map.of("name", "test", "version", "1");
    client.send("hello", Map.of("token", cluster.token(tenant, user), "client", named));
    client.await("welcome");
    String id = Ids.fresh();
    client.send("subscribe", Map.of("id", id, "channel", NEWS));
    assertEquals("reply", client.awaitAnswer(id).get("type").asText());
    id = Ids.fresh();
    client.send(
        "publish", Map.of("id", id, "channel", NEWS, "event", "e", "n", 1, "data", "secret"));
    assertEquals("reply", client.awaitAnswer(id).get("type").asText());
    return client;
  }
}
