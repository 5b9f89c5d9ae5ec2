package dev.holdfast.gateway.files;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files over HTTP: plain, by ranges, by tus, and by tickets. */
class FilesHttpIT extends FilesOverHttp {
  /** What an operation is for has been seen of each. */
  @AfterAll
  static void everySuccessDocumentedWasSeen() {
    assertEquals(Set.of(), DocumentedAnswers.unseen(Set.of("200", "201", "204", "206", "304")));
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
  void headAnswersWhatGetWould() {
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
    assertEquals(304, anyone.with("if-none-match", "*").send("GET", url).statusCode());
    assertEquals(304, anyone.with("if-none-match", "*").send("HEAD", url).statusCode());
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
}
