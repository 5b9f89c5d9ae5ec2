package dev.holdfast.gateway.files;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.holdfast.gateway.http.Contract;
import dev.holdfast.limits.LimitsConfig;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Operations on files draw from the rates of requests, as all others do. */
@ExtendWith(RedisExtension.class)
class FileRatesIT {
  private static final int LARGE = 20_000_000;
  private static final byte[] CONTENT = "text".getBytes(StandardCharsets.UTF_8);

  @Test
  void everyOperationOverTheRateIsTooManyRequestsAndTicketsStayGood(
      TestRedis redis, @TempDir Path folder) throws Exception {
    try (var edge = new FilesEdge(redis.uri(), folder, LimitsConfig.DEFAULTS)) {
      FilesEdge.Call ann = edge.as("ann");
      String file =
          ann.send("POST", "/v1/files?name=a.txt", CONTENT)
              .headers()
              .firstValue("location")
              .orElseThrow();
      byte[] made = ann.send("POST", file + "/tickets").body();
      String ticket = new JsonObject(new String(made, StandardCharsets.UTF_8)).getString("url");
      FilesEdge.Call nobody = new FilesEdge.Call(edge, null, Map.of());

      edge.limit("user.requests", 0L);

      for (Contract.Operation operation : FilesEdge.operations()) {
        String path = operation.path();
        boolean byTicket = path.contains("{ticket}");
        String method = operation.method().name();
        boolean other = byTicket && !List.of("GET", "HEAD").contains(method);
        if (other || method.equals("OPTIONS")) {
          continue; // takes a ticket of another kind, or neither token nor ticket
        }
        String at = byTicket ? ticket : path.replaceAll("/v1/files/\\{\\w+}", file);
        FilesEdge.Call caller = byTicket ? nobody : ann;
        HttpResponse<byte[]> refused = caller.send(method, at);
        assertEquals(429, refused.statusCode(), operation.id());
        assertTrue(refused.headers().firstValue("retry-after").isPresent(), operation.id());
      }
      edge.limit("user.requests", null);
      assertArrayEquals(CONTENT, nobody.send("GET", ticket).body());
      assertEquals(200, ann.send("GET", file).statusCode());
    }
  }

  /** A page of 200 files was 200 reads of Redis for the price of one request. */
  @Test
  void aLargeListCountsAsManyRequests(TestRedis redis, @TempDir Path folder) throws Exception {
    try (var edge = new FilesEdge(redis.uri(), folder, LimitsConfig.DEFAULTS)) {
      FilesEdge.Call ann = edge.as("ann");
      for (int i = 0; i < 60; i++) {
        String name = i + "x".repeat(240);
        assertEquals(201, ann.send("POST", "/v1/files?name=" + name, CONTENT).statusCode());
      }
      edge.limit("user.requests", 1L);

      await().until(() -> ann.send("GET", "/v1/files").statusCode() == 200);
      assertEquals(429, ann.send("GET", "/v1/files").statusCode());
      assertEquals(200, edge.as("bob").send("GET", "/v1/files").statusCode());
    }
  }

  /** Each takes a socket and a file of the node for as long as its client likes. */
  @Test
  void transfersCountAmongTheConnectionsOfTheirUser(TestRedis redis, @TempDir Path folder)
      throws Exception {
    try (var edge = new FilesEdge(redis.uri(), folder, LimitsConfig.DEFAULTS)) {
      FilesEdge.Call ann = edge.as("ann");
      String large = upload(ann, new byte[LARGE]);
      String small = upload(ann, CONTENT);
      String token = edge.token(edge.tenant, "ann");
      edge.limit("user.connections", 1L);

      try (var slow = slowly(edge, token, large)) {
        assertEquals(429, ann.send("GET", large).statusCode());
        assertEquals(429, ann.send("POST", "/v1/files?name=b", CONTENT).statusCode());
        assertEquals(200, ann.send("GET", small).statusCode(), "nobody waits for its reader");
        assertEquals(201, edge.as("bob").send("POST", "/v1/files?name=c", CONTENT).statusCode());
      }
      await().until(() -> ann.send("GET", large).statusCode() == 200);
      await().until(() -> ann.send("POST", "/v1/files?name=b", CONTENT).statusCode() == 201);
    }
  }

  /** Each was an error in the log, with its stack; a ticket whose client had gone even two. */
  @Test
  void aClientThatGoesInMidAnswerIsNoErrorOfTheNode(TestRedis redis, @TempDir Path folder)
      throws Exception {
    var logger = (Logger) LoggerFactory.getLogger("dev.holdfast.gateway.files");
    var vertx = (Logger) LoggerFactory.getLogger("io.vertx.core.impl.ContextImpl");
    var logged = new ListAppender<ILoggingEvent>();
    logged.start();
    logger.addAppender(logged);
    vertx.addAppender(logged);
    try (var edge = new FilesEdge(redis.uri(), folder, LimitsConfig.DEFAULTS)) {
      FilesEdge.Call ann = edge.as("ann");
      String large = upload(ann, new byte[LARGE]);
      String token = edge.token(edge.tenant, "ann");
      edge.limit("user.connections", 1L);
      slowly(edge, token, large).close();
      await().until(() -> ann.send("GET", large).statusCode() == 200);

      for (int i = 0; i < 200; i++) {
        String[] ticket = {"POST " + large + "/tickets HTTP/1.1", "content-length: 0"};
        new RawRequest(edge).head(token, ticket).reset();
      }
      await().until(() -> ann.send("POST", large + "/tickets").statusCode() == 201);
    } finally {
      logger.detachAppender(logged);
      vertx.detachAppender(logged);
    }
    assertEquals(
        List.of(),
        logged.list.stream()
            .filter(event -> event.getLevel().isGreaterOrEqual(Level.WARN))
            .map(ILoggingEvent::getFormattedMessage)
            .toList());
  }

  /** A download that has begun; the place of what came before may be given back a bit later. */
  private static RawRequest slowly(FilesEdge edge, String token, String path) {
    RawRequest[] last = new RawRequest[1];
    await()
        .until(
            () -> {
              last[0] = new RawRequest(edge).head(token, "GET " + path + " HTTP/1.1");
              boolean begun = last[0].status().equals("200");
              if (!begun) {
                last[0].close();
              }
              return begun;
            });
    return last[0];
  }

  private static String upload(FilesEdge.Call by, byte[] content) {
    return by.send("POST", "/v1/files?name=a", content)
        .headers()
        .firstValue("location")
        .orElseThrow();
  }
}
