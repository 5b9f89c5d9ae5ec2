package dev.holdfast.gateway.files;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.Ids;
import dev.holdfast.gateway.http.Contract;
import dev.holdfast.testkit.OwnRedis;
import dev.holdfast.testkit.RedisExtension;
import dev.holdfast.testkit.TestRedis;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever is asked over HTTP of a file that is somebody else's is answered byte for byte as if
 * there had never been one; for every operation of the document.
 */
@ExtendWith(RedisExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HttpIsolationIT {
  private static final byte[] CONTENT = "the content of a file".getBytes(StandardCharsets.UTF_8);
  private static final Map<String, String> NONE = Map.of();
  private static final Map<String, String> TUS = Map.of("tus-resumable", "1.0.0");
  private static final Map<String, String> PATCH =
      Map.of(
          "tus-resumable",
          "1.0.0",
          "upload-offset",
          "0",
          "content-type",
          "application/offset+octet-stream");

  /**
   * For every operation, the requests that are made: query and headers. An operation that is
   * missing here fails the build.
   */
  private static final Map<String, List<Request>> REQUESTS =
      Map.ofEntries(
          Map.entry("createFile", List.of(new Request("?name=x&owner=somebody", NONE))),
          Map.entry(
              "listFiles",
              List.of(new Request("?owner=ann", NONE), new Request("?owner=ann&prefix=s", NONE))),
          Map.entry("describeUploads", List.of(new Request("", NONE))),
          Map.entry(
              "downloadFile",
              List.of(
                  new Request("", NONE),
                  new Request("", Map.of("range", "bytes=5-2")),
                  new Request("", Map.of("range", "bytes=0-1")),
                  new Request("", Map.of("if-match", "\"x\"")),
                  new Request("", Map.of("if-none-match", "*")))),
          Map.entry(
              "headFile",
              List.of(
                  new Request("", NONE),
                  new Request("", TUS),
                  new Request("", Map.of("if-none-match", "*")))),
          Map.entry("appendToFile", List.of(new Request("", PATCH))),
          Map.entry("deleteFile", List.of(new Request("", NONE), new Request("", TUS))),
          Map.entry("getFileMetadata", List.of(new Request("", NONE))),
          Map.entry("copyFile", List.of(new Request("?name=mine", NONE))),
          Map.entry(
              "createTicket", List.of(new Request("", NONE), new Request("?purpose=upload", NONE))),
          Map.entry("downloadByTicket", List.of(new Request("", NONE))),
          Map.entry("headByTicket", List.of(new Request("", NONE), new Request("", TUS))),
          Map.entry("appendByTicket", List.of(new Request("", PATCH))));

  private FilesEdge edge;
  private String file;
  private String upload;
  private String ticket;

  private record Request(String query, Map<String, String> headers) {}

  @BeforeAll
  void start(@OwnRedis TestRedis redis, @TempDir Path folder) throws Exception {
    edge = new FilesEdge(redis.uri(), folder);
    FilesEdge.Call ann = edge.as("ann");
    file = id(ann.send("POST", "/v1/files?name=secret", CONTENT));
    upload =
        id(
            ann.tus()
                .with("upload-length", "21")
                .with("upload-metadata", "filename eA==")
                .send("POST", "/v1/files"));
    String url =
        new JsonObject(new String(ann.send("POST", "/v1/files/" + file + "/tickets").body()))
            .getString("url");
    ticket = url.substring(url.lastIndexOf('/') + 1);
  }

  @AfterAll
  void stop() {
    edge.close();
  }

  static Stream<Contract.Operation> operations() {
    return FilesEdge.operations().stream();
  }

  @Test
  void thereAreRequestsForEveryOperation() {
    assertEquals(
        operations().map(Contract.Operation::id).collect(Collectors.toSet()), REQUESTS.keySet());
  }

  @ParameterizedTest
  @MethodSource("operations")
  void whatIsSomebodyElsesIsAnsweredAsWhatNeverWas(Contract.Operation operation) {
    var mallory = edge.as("mallory");
    var elsewhere = new FilesEdge.Call(edge, edge.token("t" + Ids.fresh(), "ann"), NONE);
    for (Request request : REQUESTS.get(operation.id())) {
      for (FilesEdge.Call outsider : List.of(mallory, elsewhere)) {
        String never = answer(outsider, operation, request, Ids.fresh());
        assertEquals(never, answer(outsider, operation, request, file), request.toString());
        assertEquals(never, answer(outsider, operation, request, upload), request.toString());
        assertTrue(
            never.startsWith("40")
                || List.of("listFiles", "createFile", "describeUploads").contains(operation.id()),
            never);
      }
    }
    assertArrayEquals(CONTENT, edge.as("ann").send("GET", "/v1/files/" + file).body());
    assertEquals(
        "0",
        edge.as("ann")
            .tus()
            .send("HEAD", "/v1/files/" + upload)
            .headers()
            .firstValue("upload-offset")
            .orElse(""));
  }

  /** A ticket that never was, one of another tenant's name, and one that is cut short. */
  @Test
  void aTicketThatIsNoneOpensNothing() {
    var anyone = new FilesEdge.Call(edge, null, NONE);
    String never = text(anyone.send("GET", "/v1/tickets/" + edge.tenant + "~" + "0".repeat(40)));
    String secret = ticket.substring(ticket.indexOf('~') + 1);

    assertEquals(200, anyone.send("GET", "/v1/tickets/" + ticket).statusCode());
    for (String other :
        List.of("t" + Ids.fresh() + "~" + secret, secret, ticket.substring(1), "~", "%00")) {
      assertEquals(never, text(anyone.send("GET", "/v1/tickets/" + other)), other);
    }
  }

  private String answer(
      FilesEdge.Call call, Contract.Operation operation, Request request, String id) {
    String path =
        operation.path().replace("{file}", id).replace("{ticket}", edge.tenant + "~" + id);
    FilesEdge.Call asked = call;
    for (var header : request.headers().entrySet()) {
      asked = asked.with(header.getKey(), header.getValue());
    }
    byte[] body = operation.consumes().isEmpty() ? new byte[0] : "0123456789".getBytes();
    return text(asked.send(operation.method().name(), path + request.query(), body));
  }

  private static String text(HttpResponse<byte[]> response) {
    return response.statusCode()
        + " "
        + new TreeMap<>(response.headers().map())
        + " "
        + new String(response.body(), StandardCharsets.ISO_8859_1);
  }

  private static String id(HttpResponse<byte[]> made) {
    String location = made.headers().firstValue("location").orElseThrow();
    return location.substring(location.lastIndexOf('/') + 1);
  }
}
