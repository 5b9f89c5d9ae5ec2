package dev.holdfast.gateway.files;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests and bodies that are not what they say: a named error, and nothing is left. */
class BadUploadsIT extends FilesOverHttp {
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
      // Fenced; or, on a busy machine, ended because nothing came for so long.
      assertTrue(answer.matches("(?s)HTTP/1.1 (40\\d|504) .*"), answer);
    }
    assertArrayEquals(bytes, ann.send("GET", upload).body());
  }
}
