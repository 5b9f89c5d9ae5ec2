package dev.holdfast.gateway.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.testkit.OwnRedis;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import io.vertx.core.Promise;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** How often an upload waits for Redis. It did 17 times, one after the other. */
@ExtendWith(RedisExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class UploadRoundTripsIT {
  private static final byte[] CONTENT = FilesOverHttp.bytes(1_000);

  /** The first due time is put off, and nobody waits for that. */
  private static final int UNAWAITED = 1;

  private RoundTrips redis;
  private FilesEdge edge;
  private FilesEdge.Call ann;

  /** Nobody hears of an upload: what comes after its answer is not counted. */
  @BeforeAll
  void start(@OwnRedis TestRedis own, @TempDir Path folder) throws Exception {
    redis = new RoundTrips(own.uri());
    edge = new FilesEdge(redis.redisUri(), folder, null, event -> Promise.<Void>promise().future());
    ann = edge.as("ann");
    upload("first"); // loads the scripts
    byTus("second");
    redis.take();
  }

  @AfterAll
  void stop() throws Exception {
    edge.close();
    redis.close();
  }

  @Test
  void anUploadWaitsForRedisEightTimesAtMost() {
    upload("one");

    assertAtMost(8 + UNAWAITED, redis.take());
  }

  @Test
  void anUploadByTusWaitsForRedisTwelveTimesAtMost() {
    byTus("two");

    assertAtMost(12, redis.take());
  }

  private void upload(String name) {
    assertEquals(201, ann.send("POST", "/v1/files?name=" + name, CONTENT).statusCode());
  }

  private void byTus(String name) {
    HttpResponse<byte[]> made =
        ann.tus()
            .with("upload-length", Integer.toString(CONTENT.length))
            .with("upload-metadata", "filename " + name(name))
            .send("POST", "/v1/files");
    HttpResponse<byte[]> filled =
        ann.tus()
            .with("upload-offset", "0")
            .with("content-type", Tus.BODY_TYPE)
            .send("PATCH", made.headers().firstValue("location").orElseThrow(), CONTENT);
    assertEquals(204, filled.statusCode());
  }

  private static String name(String name) {
    return java.util.Base64.getEncoder().encodeToString(name.getBytes());
  }

  private static void assertAtMost(int most, List<String> trips) {
    assertTrue(trips.size() > 2, "seen: " + trips);
    assertTrue(trips.size() <= most, trips.size() + " times: " + String.join("\n", trips));
  }
}
