package dev.holdfast.gateway.files;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.holdfast.testkit.OwnRedis;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** How tests speak of files over HTTP: one node for a class of tests, and ann, who uploads. */
@ExtendWith(RedisExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FilesOverHttp {
  FilesEdge edge;
  FilesEdge.Call ann;

  @BeforeAll
  void start(@OwnRedis TestRedis redis, @TempDir Path folder) throws Exception {
    edge = new FilesEdge(redis.uri(), folder);
    ann = edge.as("ann");
  }

  @AfterAll
  void stop() {
    edge.close();
  }

  @BeforeEach
  void nothingIsThere() {
    JsonObject page = new JsonObject(text(ann.send("GET", "/v1/files?limit=200")));
    page.getJsonArray("files")
        .forEach(file -> ann.send("DELETE", "/v1/files/" + ((JsonObject) file).getString("file")));
    assertEquals(List.of(0L, 0L), edge.quota());
  }

  String put(String name, byte[] bytes) {
    HttpResponse<byte[]> made = ann.send("POST", "/v1/files?name=" + name, bytes);
    assertEquals(201, made.statusCode(), text(made));
    return header(made, "location");
  }

  FilesEdge.Call creation(String name, long size) {
    String encoded = Base64.getEncoder().encodeToString(name.getBytes());
    return ann.tus()
        .with("upload-length", Long.toString(size))
        .with("upload-metadata", "filename " + encoded);
  }

  String begin(String name, long size) {
    HttpResponse<byte[]> made = creation(name, size).send("POST", "/v1/files");
    assertEquals(201, made.statusCode(), text(made));
    return header(made, "location");
  }

  HttpResponse<byte[]> patch(String upload, long offset, byte[] bytes) {
    return ann.tus()
        .with("upload-offset", Long.toString(offset))
        .with("content-type", Tus.BODY_TYPE)
        .send("PATCH", upload, bytes);
  }

  void assertRange(byte[] bytes, String file, String range, int from, int to) {
    HttpResponse<byte[]> part = ann.with("range", range).send("GET", file);
    assertEquals(206, part.statusCode(), range);
    assertArrayEquals(slice(bytes, from, to), part.body(), range);
    assertEquals("bytes %d-%d/1000".formatted(from, to - 1), header(part, "content-range"));
  }

  static byte[] slice(byte[] bytes, int from, int to) {
    return Arrays.copyOfRange(bytes, from, to);
  }

  static byte[] bytes(int size) {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    return bytes;
  }

  static String header(HttpResponse<?> response, String name) {
    return response.headers().firstValue(name).orElse("");
  }

  static String text(HttpResponse<byte[]> response) {
    return new String(response.body(), java.nio.charset.StandardCharsets.UTF_8);
  }

  static String code(HttpResponse<byte[]> response) {
    return new JsonObject(text(response)).getString("code");
  }

  static String sha256(byte[] bytes) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }

  static String base64(String algorithm, byte[] bytes) throws Exception {
    return Base64.getEncoder().encodeToString(MessageDigest.getInstance(algorithm).digest(bytes));
  }
}
