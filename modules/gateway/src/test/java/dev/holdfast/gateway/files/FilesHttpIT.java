package dev.holdfast.gateway.files;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files over HTTP: plain, by ranges, by tus, and by tickets. */
@ExtendWith(RedisExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FilesHttpIT {
  private FilesEdge edge;
  private FilesEdge.Call ann;

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

  @Test
  void contentComesBackAsItWasSent() throws Exception {
    byte[] bytes = bytes(3_000_000);
    HttpResponse<byte[]> made = ann.send("POST", "/v1/files?name=b%20%C3%A4.bin&run=r1", bytes);
    JsonObject file = new JsonObject(text(made));
    HttpResponse<byte[]> got = ann.send("GET", header(made, "location"));

    assertEquals(201, made.statusCode());
    assertEquals("ready", file.getString("state"));
    assertEquals("b ä.bin", file.getString("name"));
    assertEquals("r1", file.getString("run"));
    assertEquals(sha256(bytes), file.getString("sha256"));
    assertArrayEquals(bytes, got.body());
    assertEquals('"' + sha256(bytes) + '"', header(got, "etag"));
    assertEquals("nosniff", header(got, "x-content-type-options"));
    assertTrue(header(got, "content-security-policy").startsWith("sandbox"));
    assertEquals(
        "attachment; filename=\"b _.bin\"; filename*=UTF-8''b%20%C3%A4.bin",
        header(got, "content-disposition"));
    assertEquals(
        file, new JsonObject(text(ann.send("GET", header(made, "location") + "/metadata"))));
  }

  @Test
  void partsOfContentComeByRange() {
    byte[] bytes = bytes(1_000);
    String file = put("ranged", bytes);

    assertRange(bytes, file, "bytes=0-0", 0, 1);
    assertRange(bytes, file, "bytes=10-19", 10, 20);
    assertRange(bytes, file, "bytes=990-", 990, 1_000);
    assertRange(bytes, file, "bytes=-5", 995, 1_000);
    assertRange(bytes, file, "bytes=-5000", 0, 1_000);
    assertRange(bytes, file, "bytes=990-5000", 990, 1_000);
    assertEquals(200, ann.with("range", "bytes=0-1,5-6").send("GET", file).statusCode());
    assertEquals(200, ann.with("range", "lines=0-1").send("GET", file).statusCode());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "bytes=5-2",
        "bytes=1000-",
        "bytes=2000-3000",
        "bytes=-0",
        "bytes=-",
        "bytes=a-b",
        "bytes=",
        "bytes=0-10,5-15",
        "bytes=0-,0-",
        "bytes=1-1,3-3,5-5,7-7,9-9,11-11,13-13,15-15,17-17,19-19,21-21,23-23,25-25,27-27,29-29,31-31,33-33",
        "bytes=99999999999999999999-"
      })
  void rangesThatAreNoneAreRefusedByName(String range) {
    String file = put("ranged", bytes(1_000));
    HttpResponse<byte[]> refused = ann.with("range", range).send("GET", file);

    assertEquals(416, refused.statusCode(), text(refused));
    assertEquals("range_invalid", code(refused));
    assertEquals("bytes */1000", header(refused, "content-range"));
  }

  @Test
  void conditionsAreKept() {
    byte[] bytes = bytes(100);
    String file = put("conditional", bytes);
    String tag = header(ann.send("HEAD", file), "etag");

    assertEquals(304, ann.with("if-none-match", tag).send("GET", file).statusCode());
    assertEquals(304, ann.with("if-none-match", "\"x\", W/" + tag).send("HEAD", file).statusCode());
    assertEquals(304, ann.with("if-none-match", "*").send("GET", file).statusCode());
    assertEquals(200, ann.with("if-none-match", "\"x\"").send("GET", file).statusCode());
    assertEquals(412, ann.with("if-match", "\"x\"").send("GET", file).statusCode());
    assertEquals(200, ann.with("if-match", tag).send("GET", file).statusCode());
    var ranged = ann.with("range", "bytes=0-9");
    assertEquals(206, ranged.with("if-range", tag).send("GET", file).statusCode());
    assertEquals(200, ranged.with("if-range", "\"x\"").send("GET", file).statusCode());
  }

  @Test
  void headTellsWhatGetWould() {
    String file = put("head", bytes(123));
    HttpResponse<byte[]> head = ann.send("HEAD", file);

    assertEquals(200, head.statusCode());
    assertEquals("123", header(head, "content-length"));
    assertEquals(0, head.body().length);
  }

  @Test
  void anUploadComesPieceByPiece() {
    byte[] bytes = bytes(2_500);
    String upload = begin("resumed.bin", 2_500);

    assertEquals("0", header(ann.tus().send("HEAD", upload), "upload-offset"));
    assertEquals("1000", header(patch(upload, 0, slice(bytes, 0, 1_000)), "upload-offset"));
    assertEquals(404, ann.send("GET", upload).statusCode());
    HttpResponse<byte[]> head = ann.tus().send("HEAD", upload);
    assertEquals("1000", header(head, "upload-offset"));
    assertEquals("2500", header(head, "upload-length"));
    assertFalse(header(head, "upload-expires").isEmpty());
    assertEquals(409, patch(upload, 900, slice(bytes, 900, 1_000)).statusCode());
    assertEquals(204, patch(upload, 1_000, slice(bytes, 1_000, 2_000)).statusCode());
    assertEquals("2500", header(patch(upload, 2_000, slice(bytes, 2_000, 2_500)), "upload-offset"));
    assertArrayEquals(bytes, ann.send("GET", upload).body());
    assertEquals("2500", header(ann.tus().send("HEAD", upload), "upload-offset"));
    assertTrue(edge.audit().clean());
  }

  @Test
  void aCreationMayBringTheFirstBytes() {
    byte[] bytes = bytes(500);
    HttpResponse<byte[]> made =
        creation("first", 500)
            .with("content-type", "application/offset+octet-stream")
            .send("POST", "/v1/files", slice(bytes, 0, 200));

    assertEquals(201, made.statusCode(), text(made));
    assertEquals("200", header(made, "upload-offset"));
    patch(header(made, "location"), 200, slice(bytes, 200, 500));
    assertArrayEquals(bytes, ann.send("GET", header(made, "location")).body());
  }

  @Test
  void aPieceThatIsNotWhatItsChecksumSaysIsDropped() throws Exception {
    byte[] bytes = bytes(100);
    String upload = begin("checked", 100);
    String other = "sha1 " + base64("SHA-1", bytes(7));
    HttpResponse<byte[]> refused =
        ann.tus()
            .with("upload-checksum", other)
            .with("upload-offset", "0")
            .with("content-type", Tus.BODY_TYPE)
            .send("PATCH", upload, bytes);

    assertEquals(460, refused.statusCode());
    assertEquals("checksum_mismatch", code(refused));
    assertEquals("0", header(ann.tus().send("HEAD", upload), "upload-offset"));
    HttpResponse<byte[]> taken =
        ann.tus()
            .with("upload-checksum", "sha256 " + base64("SHA-256", bytes))
            .with("upload-offset", "0")
            .with("content-type", Tus.BODY_TYPE)
            .send("PATCH", upload, bytes);
    assertEquals(204, taken.statusCode(), text(taken));
    assertArrayEquals(bytes, ann.send("GET", upload).body());
  }

  @Test
  void whatTusSpeaksHereIsSaid() {
    HttpResponse<byte[]> options = ann.send("OPTIONS", "/v1/files");

    assertEquals(204, options.statusCode());
    assertEquals("1.0.0", header(options, "tus-version"));
    for (String extension :
        List.of("creation", "creation-with-upload", "expiration", "checksum", "termination")) {
      assertTrue(List.of(header(options, "tus-extension").split(",")).contains(extension));
    }
    HttpResponse<byte[]> other =
        ann.with("Tus-Resumable", "0.2.2").with("upload-length", "1").send("POST", "/v1/files");
    assertEquals(412, other.statusCode());
    assertEquals("1.0.0", header(other, "tus-version"));
  }

  @Test
  void anUploadCanBeTerminated() {
    String upload = begin("terminated", 1_000);
    patch(upload, 0, bytes(500));

    assertEquals(204, ann.tus().send("DELETE", upload).statusCode());
    assertEquals(404, ann.tus().send("HEAD", upload).statusCode());
    assertEquals(List.of(0L, 0L), edge.quota());
  }

  @Test
  void aTicketOpensOneFileWithoutAToken() {
    byte[] bytes = bytes(1_000);
    String file = put("shared", bytes);
    String url = new JsonObject(text(ann.send("POST", file + "/tickets"))).getString("url");
    var anyone = new FilesEdge.Call(edge, null, java.util.Map.of());

    assertArrayEquals(bytes, anyone.send("GET", url).body());
    assertEquals(206, anyone.with("range", "bytes=1-2").send("GET", url).statusCode());
    assertEquals(404, anyone.send("GET", url + "x").statusCode());
    assertEquals(404, anyone.tus().send("HEAD", url).statusCode());
    ann.send("DELETE", file);
    assertEquals(404, anyone.send("GET", url).statusCode());
  }

  @Test
  void aTicketLetsSomebodyElseUpload() {
    byte[] bytes = bytes(100);
    String upload = begin("by-ticket", 100);
    String url =
        new JsonObject(text(ann.send("POST", upload + "/tickets?purpose=upload"))).getString("url");
    var anyone = new FilesEdge.Call(edge, null, java.util.Map.of()).tus();

    assertEquals("0", header(anyone.send("HEAD", url), "upload-offset"));
    HttpResponse<byte[]> taken =
        anyone
            .with("upload-offset", "0")
            .with("content-type", Tus.BODY_TYPE)
            .send("PATCH", url, bytes);
    assertEquals(204, taken.statusCode(), text(taken));
    assertArrayEquals(bytes, ann.send("GET", upload).body());
  }

  @Test
  void aCopyIsAFileOfItsOwn() {
    String file = put("original", bytes(100));
    HttpResponse<byte[]> copy = ann.send("POST", file + "/copy?name=second");
    ann.send("DELETE", file);

    assertEquals(201, copy.statusCode());
    assertEquals("second", new JsonObject(text(copy)).getString("name"));
    assertArrayEquals(bytes(100), ann.send("GET", header(copy, "location")).body());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "name=",
        "name=..",
        "name=a%2Fb",
        "name=%00",
        "name=C%3Ax",
        "name=a&name=b",
        "name=x&sha256=zz",
        "name=x&expires=-1",
        "name=x&run=%20",
        "name=%E2%80%AEx",
        "name=x&owner=%7B"
      })
  void requestsThatAreNotValidAreRefusedByNameAndLeaveNothing(String query) {
    HttpResponse<byte[]> refused = ann.send("POST", "/v1/files?" + query, bytes(10));

    assertEquals(400, refused.statusCode(), text(refused));
    assertEquals("bad_request", code(refused));
    assertEquals(List.of(0L, 0L), edge.quota());
  }

  @Test
  void aBodyThatIsShorterThanItSaysLeavesNothing() throws Exception {
    try (var request = new RawRequest(edge)) {
      request
          .head(ann.token(), "POST /v1/files?name=short HTTP/1.1", "content-length: 1000")
          .body(bytes(500));
      await().until(() -> edge.quota().equals(List.of(1_000L, 1L)));
    }
    await().until(() -> edge.quota().equals(List.of(0L, 0L)));
    await().until(() -> edge.audit().clean());
  }

  @Test
  void moreThanTheUploadsLengthIsRefused() {
    String upload = begin("small", 10);
    HttpResponse<byte[]> refused = patch(upload, 0, bytes(11));

    assertEquals(413, refused.statusCode());
    assertEquals("too_large", code(refused));
    assertEquals("0", header(ann.tus().send("HEAD", upload), "upload-offset"));
    ann.send("DELETE", upload);
  }

  @Test
  void aSizeBeyondTheTenantsLargestIsRefusedBeforeTheFirstByte() throws Exception {
    try (var request = new RawRequest(edge)) {
      request.head(ann.token(), "POST /v1/files?name=x HTTP/1.1", "content-length: 50000001");
      assertTrue(request.answer().startsWith("HTTP/1.1 413"));
    }
    HttpResponse<byte[]> chunked = creation("x", 50_000_001).send("POST", "/v1/files");
    assertEquals("too_large", code(chunked));
  }

  @Test
  void anUploadThatStallsIsEndedAndWhatCameIsKept() throws Exception {
    String upload = begin("stalled", 1_000);
    try (var request = new RawRequest(edge)) {
      request
          .head(
              ann.token(),
              "PATCH " + upload + " HTTP/1.1",
              "content-length: 1000",
              "tus-resumable: 1.0.0",
              "upload-offset: 0",
              "content-type: application/offset+octet-stream")
          .body(bytes(400));
      String answer = request.answer();
      assertTrue(answer.startsWith("HTTP/1.1 504"), answer);
      assertTrue(answer.contains("\"timeout\""), answer);
    }
    assertEquals("400", header(ann.tus().send("HEAD", upload), "upload-offset"));
    ann.send("DELETE", upload);
  }

  @Test
  void anUploadWhoseConnectionBreaksGoesOnWhereItWas() throws Exception {
    byte[] bytes = bytes(1_000);
    String upload = begin("broken", 1_000);
    try (var request = new RawRequest(edge)) {
      request
          .head(
              ann.token(),
              "PATCH " + upload + " HTTP/1.1",
              "content-length: 1000",
              "tus-resumable: 1.0.0",
              "upload-offset: 0",
              "content-type: application/offset+octet-stream")
          .body(slice(bytes, 0, 600));
      // Nothing of it is committed before the end, so it is known to be there only by the break.
    }
    await().until(() -> header(ann.tus().send("HEAD", upload), "upload-offset").equals("600"));
    patch(upload, 600, slice(bytes, 600, 1_000));
    assertArrayEquals(bytes, ann.send("GET", upload).body());
  }

  @Test
  void ofTwoWhoUploadToOneFileTheLastGoesOnAndNothingIsMixed() throws Exception {
    byte[] bytes = bytes(1_000);
    String upload = begin("raced", 1_000);
    try (var first = new RawRequest(edge)) {
      first
          .head(
              ann.token(),
              "PATCH " + upload + " HTTP/1.1",
              "content-length: 1000",
              "tus-resumable: 1.0.0",
              "upload-offset: 0",
              "content-type: application/offset+octet-stream")
          .body(new byte[100]);
      await().until(() -> edge.audit().parts() > 0);
      assertEquals(204, patch(upload, 0, bytes).statusCode());
      first.body(new byte[900]);
      String answer = first.answer();
      assertTrue(answer.startsWith("HTTP/1.1 40"), answer);
    }
    assertArrayEquals(bytes, ann.send("GET", upload).body());
  }

  private String put(String name, byte[] bytes) {
    HttpResponse<byte[]> made = ann.send("POST", "/v1/files?name=" + name, bytes);
    assertEquals(201, made.statusCode(), text(made));
    return header(made, "location");
  }

  private FilesEdge.Call creation(String name, long size) {
    String encoded = Base64.getEncoder().encodeToString(name.getBytes());
    return ann.tus()
        .with("upload-length", Long.toString(size))
        .with("upload-metadata", "filename " + encoded);
  }

  private String begin(String name, long size) {
    HttpResponse<byte[]> made = creation(name, size).send("POST", "/v1/files");
    assertEquals(201, made.statusCode(), text(made));
    return header(made, "location");
  }

  private HttpResponse<byte[]> patch(String upload, long offset, byte[] bytes) {
    return ann.tus()
        .with("upload-offset", Long.toString(offset))
        .with("content-type", Tus.BODY_TYPE)
        .send("PATCH", upload, bytes);
  }

  private void assertRange(byte[] bytes, String file, String range, int from, int to) {
    HttpResponse<byte[]> part = ann.with("range", range).send("GET", file);
    assertEquals(206, part.statusCode(), range);
    assertArrayEquals(slice(bytes, from, to), part.body(), range);
    assertEquals("bytes %d-%d/1000".formatted(from, to - 1), header(part, "content-range"));
  }

  private static byte[] slice(byte[] bytes, int from, int to) {
    return Arrays.copyOfRange(bytes, from, to);
  }

  private static byte[] bytes(int size) {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    return bytes;
  }

  private static String header(HttpResponse<?> response, String name) {
    return response.headers().firstValue(name).orElse("");
  }

  private static String text(HttpResponse<byte[]> response) {
    return new String(response.body(), java.nio.charset.StandardCharsets.UTF_8);
  }

  private static String code(HttpResponse<byte[]> response) {
    return new JsonObject(text(response)).getString("code");
  }

  private static String sha256(byte[] bytes) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }

  private static String base64(String algorithm, byte[] bytes) throws Exception {
    return Base64.getEncoder().encodeToString(MessageDigest.getInstance(algorithm).digest(bytes));
  }
}
