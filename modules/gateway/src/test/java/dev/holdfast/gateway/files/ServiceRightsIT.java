package dev.holdfast.gateway.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A service's token without any right listed, read and deleted all files of its tenant. */
@ExtendWith(RedisExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ServiceRightsIT {
  private static final byte[] CONTENT = "text".getBytes(StandardCharsets.UTF_8);

  private FilesEdge edge;
  private String file;

  @BeforeAll
  void start(TestRedis redis, @TempDir Path folder) throws Exception {
    edge = new FilesEdge(redis.uri(), folder);
    file =
        edge.as("ann")
            .send("POST", "/v1/files?name=a.txt", CONTENT)
            .headers()
            .firstValue("location")
            .orElseThrow();
  }

  @AfterAll
  void stop() {
    edge.close();
  }

  @Test
  void aServiceWithoutRightsHasNone() {
    needs("files:read", edge.service(), "GET", "/v1/files");
    needs("files:read", edge.service("files:write"), "GET", "/v1/files");
    needs("files:read", edge.service("files:write"), "GET", file);
    needs("files:read", edge.service("files:write"), "GET", file + "/metadata");
    needs("files:read", edge.service("files:write"), "POST", file + "/tickets");
    needs("files:read", edge.service("files:write"), "POST", file + "/copy");
    needs("files:write", edge.service("files:read"), "POST", file + "/copy");
    needs("files:write", edge.service("files:read"), "POST", file + "/tickets?purpose=upload");
    needs("files:write", edge.service("files:read"), "POST", "/v1/files?name=b&owner=ann");
    needs("files:write", edge.service("files:read"), "DELETE", file);
    needs("files:write", edge.service("file:write", "create:file"), "DELETE", file);
    assertEquals(403, edge.service("files:write").send("HEAD", file).statusCode());
    assertEquals(403, edge.service("files:read").tus().send("HEAD", file).statusCode());
    assertEquals(403, edge.service("files:read").tus().send("PATCH", file, CONTENT).statusCode());
    assertEquals(200, edge.as("ann").send("GET", file).statusCode());
  }

  /** What is not there is refused alike: the right is asked for before any look. */
  @Test
  void aRefusalSaysNothingOfWhatIsThere() {
    HttpResponse<byte[]> there = edge.service().send("DELETE", file);
    HttpResponse<byte[]> never = edge.service().send("DELETE", file + "x");

    assertEquals(new String(there.body()), new String(never.body()));
  }

  @Test
  void withItsRightsItMay() {
    FilesEdge.Call reader = edge.service("files:read");
    FilesEdge.Call both = edge.service("files:*");

    assertEquals(200, reader.send("GET", "/v1/files").statusCode());
    assertEquals("text", new String(reader.send("GET", file).body(), StandardCharsets.UTF_8));
    assertEquals(201, reader.send("POST", file + "/tickets").statusCode());
    String copy = both.send("POST", file + "/copy").headers().firstValue("location").orElseThrow();
    String made =
        edge.service("*")
            .send("POST", "/v1/files?name=c.txt&owner=ann", CONTENT)
            .headers()
            .firstValue("location")
            .orElseThrow();
    assertEquals(204, edge.service("files:write").send("DELETE", copy).statusCode());
    assertEquals(204, edge.service("files:write").send("DELETE", made).statusCode());
  }

  private static void needs(String right, FilesEdge.Call who, String method, String path) {
    HttpResponse<byte[]> answer =
        method.equals("POST") ? who.send(method, path, CONTENT) : who.send(method, path);
    String body = new String(answer.body(), StandardCharsets.UTF_8);

    assertEquals(403, answer.statusCode(), method + " " + path + ": " + body);
    assertTrue(body.contains("needs " + right), body);
  }
}
