package dev.holdfast.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What the node answers over plain HTTP. */
@ExtendWith(RedisExtension.class)
class HealthIT {
  private GatewayFixture node;

  @BeforeEach
  void start(TestRedis redis) {
    node = new GatewayFixture(redis.uri());
  }

  @AfterEach
  void stop() {
    node.close();
  }

  @Test
  void healthNamesItsChecks() throws Exception {
    assertEquals("{\"status\":\"up\",\"checks\":{\"loop\":\"up\"}}", get("/health/live").body());
    assertEquals(200, get("/health/ready").statusCode());
    assertEquals(200, get("/health/started").statusCode());

    node.healthy = false;

    assertEquals(503, get("/health/ready").statusCode());
    assertEquals(
        "{\"status\":\"down\",\"checks\":{\"redis\":\"down\"}}", get("/health/ready").body());
  }

  @Test
  void metricsAreInPrometheusText() throws Exception {
    node.hello("ann").live();
    HttpResponse<String> metrics = get("/metrics");

    assertTrue(metrics.headers().firstValue("content-type").get().startsWith("text/plain"));
    assertTrue(metrics.body().contains("holdfast_connections 1.0"), metrics.body());
    assertTrue(metrics.body().contains("holdfast_frames_in_total{type=\"hello\"} 1.0"));
    assertTrue(metrics.body().contains("holdfast_hello_seconds_count 1"));
  }

  @Test
  void whatIsNotThereIsAProblemInJson() throws Exception {
    HttpResponse<String> nothing = get("/nothing");

    assertEquals(404, nothing.statusCode());
    assertEquals("application/problem+json", nothing.headers().firstValue("content-type").get());
    assertEquals(405, send(request("/health/live").DELETE().build()).statusCode());
    assertEquals(426, get("/v1/connect").statusCode());
  }

  private HttpResponse<String> get(String path) throws Exception {
    return send(request(path).build());
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + node.port() + path));
  }

  private static HttpResponse<String> send(HttpRequest request) throws Exception {
    return HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
  }
}
