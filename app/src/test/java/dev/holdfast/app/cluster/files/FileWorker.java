package dev.holdfast.app.cluster.files;

import dev.holdfast.testkit.TestNode;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * Uploads, in one request or in two, and deletes, one thing after another; goes to the next node
 * when one doesn't answer. Keeps account of what it was answered.
 */
final class FileWorker {
  private static final int SIZE = 200_000;

  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(2))
          .build();
  private final List<TestNode> nodes;
  private final String token;
  private final Random random;
  private final Map<String, byte[]> there = new HashMap<>();
  private final Set<String> gone = new HashSet<>();
  private final Thread thread = new Thread(this::run, "file-worker");
  private int at;
  private volatile boolean stopping;
  private volatile int answered;
  private volatile int unanswered;

  FileWorker(List<TestNode> nodes, int first, String token) {
    this.nodes = nodes;
    this.at = first;
    this.token = token;
    this.random = new Random(first);
  }

  FileWorker start() {
    thread.start();
    return this;
  }

  void stop() throws InterruptedException {
    stopping = true;
    thread.join();
  }

  int answered() {
    return answered;
  }

  int unanswered() {
    return unanswered;
  }

  /** What is not as it was answered. */
  List<String> violations() throws Exception {
    List<String> violations = new ArrayList<>();
    for (var file : there.entrySet()) {
      HttpResponse<byte[]> got = request("GET", file.getKey(), null);
      if (got.statusCode() != 200 || !Arrays.equals(got.body(), file.getValue())) {
        violations.add(file.getKey() + " is lost: " + got.statusCode());
      }
    }
    for (String file : gone) {
      if (request("GET", file, null).statusCode() != 404) {
        violations.add(file + " is still there");
      }
    }
    return violations;
  }

  private void run() {
    while (!stopping) {
      try {
        step();
        answered++;
      } catch (IOException noAnswer) {
        unanswered++;
        at = (at + 1) % nodes.size();
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private void step() throws IOException, InterruptedException {
    if (there.size() > 3 && random.nextBoolean()) {
      delete(there.keySet().iterator().next());
    } else if (random.nextBoolean()) {
      put();
    } else {
      putInTwo();
    }
  }

  private void put() throws IOException, InterruptedException {
    byte[] bytes = bytes();
    HttpResponse<byte[]> made = request("POST", "/v1/files?name=one", bytes);
    expect(made, 201);
    there.put(made.headers().firstValue("location").orElseThrow(), bytes);
  }

  private void putInTwo() throws IOException, InterruptedException {
    byte[] bytes = bytes();
    HttpResponse<byte[]> made =
        request(
            "POST",
            "/v1/files",
            null,
            "upload-length",
            "" + SIZE,
            "upload-metadata",
            "filename eA==");
    expect(made, 201);
    String file = made.headers().firstValue("location").orElseThrow();
    int half = SIZE / 2;
    append(file, 0, Arrays.copyOfRange(bytes, 0, half));
    append(file, half, Arrays.copyOfRange(bytes, half, SIZE));
    there.put(file, bytes);
  }

  private void append(String file, int offset, byte[] bytes)
      throws IOException, InterruptedException {
    String type = "application/offset+octet-stream";
    expect(request("PATCH", file, bytes, "upload-offset", "" + offset, "content-type", type), 204);
  }

  /** It is not known to be there any more as soon as it is asked for. */
  private void delete(String file) throws IOException, InterruptedException {
    there.remove(file);
    expect(request("DELETE", file, null), 204);
    gone.add(file);
  }

  private static void expect(HttpResponse<byte[]> response, int status) throws IOException {
    if (response.statusCode() != status) {
      throw new IOException(response.statusCode() + " " + new String(response.body()));
    }
  }

  private byte[] bytes() {
    byte[] bytes = new byte[SIZE];
    random.nextBytes(bytes);
    return bytes;
  }

  private HttpResponse<byte[]> request(String method, String path, byte[] body, String... headers)
      throws IOException, InterruptedException {
    TestNode node = nodes.get(at).isRunning() ? nodes.get(at) : nodes.get((at + 1) % nodes.size());
    var request =
        HttpRequest.newBuilder(node.http(path))
            .timeout(Duration.ofSeconds(10))
            .header("authorization", "Bearer " + token)
            .method(
                method,
                body == null
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofByteArray(body));
    if (headers.length > 0) {
      request.headers(headers).header("tus-resumable", "1.0.0");
    }
    return http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
  }
}
