package dev.holdfast.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program as a person runs it. */
class ServeIT {
  private static final String HELLO =
      "{\"type\":\"hello\",\"client\":{\"name\":\"test\",\"version\":\"1\"}%s}";

  @TempDir Path folder;
  private final HttpClient http = HttpClient.newHttpClient();

  @Test
  void aloneItServesAndKeepsKeyAndSessionsForTheNextRun() throws Exception {
    String token = token();
    String session;
    try (var first = serve()) {
      int port = port(first);
      awaitReady(port);
      String welcome = hello(port, token, "");
      assertTrue(welcome.contains("\"resumed\":false"), welcome);
      session = welcome.replaceAll(".*\"session\":\"([^\"]+)\".*", "$1");
      first.endInput();
      assertEquals(0, first.awaitExit(), first.output());
    }
    try (var second = serve()) {
      String welcome = hello(port(second), token, ",\"resume\":\"" + session + "\"");
      assertTrue(welcome.contains("\"resumed\":true"), welcome);
    }
  }

  @Test
  void endsInOrderWhenItIsTerminated() throws Exception {
    try (var node = serve()) {
      port(node);
      var redis = node.descendants();
      node.terminate();

      assertEquals(143, node.awaitExit(), node.output());
      node.awaitOutput(
          "Ending: 0 clients with 0 sessions asked to reconnect; no other node is live");
      node.awaitOutput("Ended: 0 sessions handed on, after \\d+ ms");
      Awaitility.await().until(() -> redis.stream().noneMatch(ProcessHandle::isAlive));
      assertTrue(!node.output().contains("ERROR"), node.output());
    }
  }

  /** It served on without its Redis for ever, and nothing said what had become of that. */
  @Test
  void theEmbeddedRedisIsStartedAgainAndReadinessSaysWhatWasWrong() throws Exception {
    try (var node = serve()) {
      int port = port(node);
      awaitReady(port);
      killRedis(node);

      Awaitility.await()
          .ignoreExceptions()
          .until(
              () -> health(port).contains("\"details\":{\"redis\":\"the embedded Redis ended: "));
      assertTrue(health(port).contains("killed by signal 9"), health(port));
      awaitReady(port);
      // Each part of the node comes back to Redis by itself; who is sent away meanwhile comes
      // again.
      Awaitility.await().ignoreExceptions().until(() -> hello(port, token(), ""), Objects::nonNull);
    }
  }

  @Test
  void aNodeWhoseEmbeddedRedisCanNotBeStartedAgainEndsWithTheReason() throws Exception {
    try (var node = serve("--set", "redis.embeddedPatience=2s")) {
      int port = port(node);
      hello(port, token(), "");
      spoil(folder.resolve("data").resolve("redis"));
      killRedis(node);

      assertEquals(1, node.awaitExit(), node.output());
      String last = node.output().strip().replaceFirst("(?s).*\n", "");
      String said = "holdfast: the embedded Redis does not start again: ended with status 1: ";
      assertTrue(last.startsWith(said), node.output());
      assertTrue(!node.output().contains("\tat dev.holdfast"), node.output());
    }
  }

  /** As in the image, which carries no Redis. */
  @Test
  void withoutARedisAndWithoutTheEmbeddedOneItSaysWhatIsMissing() throws Exception {
    String[] serve = {"serve", "--data", data()};
    try (var node = HoldfastProcess.startWithout("embedded-redis", folder, serve)) {
      assertEquals(3, node.awaitExit(), node.output());
      assertTrue(node.output().contains("redis.uri: missing, and this installation has no"));
      assertTrue(!node.output().contains("\tat dev.holdfast"), node.output());
    }
  }

  @Test
  void aNodeThatOthersCouldReachSaysHowItIsToBeClosedAndDoesNotStart() throws Exception {
    try (var node = serve("--bus-host", "0.0.0.0")) {
      assertEquals(3, node.awaitExit(), node.output());
      String said =
          "cluster.host: beyond loopback, as at 0.0.0.0, members have to prove themselves";
      assertTrue(node.output().contains(said), node.output());
      assertTrue(node.output().contains("cluster.insecure"), node.output());
    }
  }

  @Test
  void aPortInUseIsReportedWithItsCode() throws Exception {
    try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        var node = serve("--port", Integer.toString(taken.getLocalPort()))) {
      assertEquals(4, node.awaitExit(), node.output());
      String said = "gateway.port: " + taken.getLocalPort() + " at 127.0.0.1 is not available";
      assertTrue(node.output().contains(said), node.output());
    }
  }

  @Test
  void aRedisThatDoesNotAnswerIsReportedWithItsCode() throws Exception {
    int nobody;
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      nobody = socket.getLocalPort();
    }
    try (var node = serve("--redis", "redis://:topsecret@127.0.0.1:" + nobody)) {
      assertEquals(4, node.awaitExit(), node.output());
      assertTrue(node.output().contains("127.0.0.1:" + nobody), node.output());
      node.awaitOutput("Waiting for Redis: .*127.0.0.1:" + nobody + ".*, for 1 s by now");
      assertTrue(!node.output().contains("topsecret"), node.output());
    }
  }

  /** 0.0.0.0 is no address that anyone can connect to, and nobody found the documents. */
  @Test
  void theBannerNamesTheDocumentsAndAnAddressThatCanBeTyped() throws Exception {
    Path key = Files.writeString(folder.resolve("key"), "x".repeat(32));
    try (var node = serve("--host", "0.0.0.0", "--key-file", key.toString())) {
      String docs = node.awaitOutput("(http://127\\.0\\.0\\.1:\\d+/docs)\n").group(1);

      var page = HttpRequest.newBuilder(URI.create(docs)).build();
      assertEquals(200, http.send(page, BodyHandlers.ofString()).statusCode());
      node.awaitOutput("Ctrl-C ends it");
      assertTrue(node.output().contains("every address of this machine"), node.output());
      assertTrue(!node.output().contains("0.0.0.0"), node.output());
    }
  }

  private static void killRedis(HoldfastProcess node) {
    node.descendants().stream().filter(ServeIT::isRedis).forEach(ProcessHandle::destroyForcibly);
  }

  /** Debian's redis-server is a link to its redis-check-rdb. */
  private static boolean isRedis(ProcessHandle process) {
    return process.info().command().orElse("").matches(".*/(redis|valkey)-[^/]*");
  }

  /** What Redis reads when it starts begins with nonsense. */
  private static void spoil(Path data) throws IOException {
    try (var files = Files.walk(data)) {
      for (Path file : files.filter(name -> name.toString().matches(".*\\.(aof|rdb)")).toList()) {
        Files.writeString(file, "nonsense, and more of it");
      }
    }
  }

  private String health(int port) throws Exception {
    var ready = URI.create("http://127.0.0.1:" + port + "/health/ready");
    return http.send(HttpRequest.newBuilder(ready).build(), BodyHandlers.ofString()).body();
  }

  private HoldfastProcess serve(String... more) throws IOException {
    var args = new ArrayList<>(List.of("serve", "--end-with-stdin", "--data", data()));
    args.addAll(List.of("--set", "gateway.port=0"));
    args.addAll(List.of(more));
    return HoldfastProcess.start(folder, args.toArray(String[]::new));
  }

  private String data() {
    return folder.resolve("data").toString();
  }

  private static int port(HoldfastProcess node) {
    return Integer.parseInt(node.awaitOutput("ws://127\\.0\\.0\\.1:(\\d+)/v1/connect").group(1));
  }

  private String token() {
    var out = new StringWriter();
    var commands = Holdfast.commandLine().setOut(new PrintWriter(out, true));
    assertEquals(
        0, commands.execute("token", "--tenant", "acme", "--user", "ann", "--data", data()));
    return out.toString().strip();
  }

  private void awaitReady(int port) {
    var ready =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/health/ready")).build();
    Awaitility.await()
        .ignoreExceptions()
        .until(() -> http.send(ready, BodyHandlers.ofString()).statusCode() == 200);
  }

  /** The first frame that the node answers with. */
  private String hello(int port, String token, String more) throws Exception {
    var answer = new CompletableFuture<String>();
    WebSocket socket =
        http.newWebSocketBuilder()
            .subprotocols("holdfast.v1")
            .header("Authorization", "Bearer " + token)
            .buildAsync(
                URI.create("ws://127.0.0.1:" + port + "/v1/connect"), new FirstFrame(answer))
            .get(10, TimeUnit.SECONDS);
    socket.sendText(HELLO.formatted(more), true).get(10, TimeUnit.SECONDS);
    try {
      return answer.get(10, TimeUnit.SECONDS);
    } finally {
      socket.abort();
    }
  }

  private record FirstFrame(CompletableFuture<String> answer) implements WebSocket.Listener {
    @Override
    public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
      answer.complete(data.toString());
      socket.request(1);
      return null;
    }

    @Override
    public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
      answer.completeExceptionally(new IllegalStateException(code + " " + reason));
      return null;
    }
  }
}
