package dev.holdfast.app.demo;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The node processes of the demo. Methods block. */
final class DemoNodes implements AutoCloseable {
  static final String CLUSTER = "demo";
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final long POLL_MS = 100;

  private final HttpClient http = HttpClient.newHttpClient();
  private final List<Child> nodes = new ArrayList<>();
  private final List<URI> urls = new ArrayList<>();
  private final List<String> members = new ArrayList<>();
  private final Set<String> killed = new HashSet<>();

  /** Starts them at once; each knows the others' addresses. */
  void start(int count, String redis, Path keyFile, Path folder) throws IOException {
    List<Integer> ports = freePorts(3 * count);
    for (int i = 0; i < count; i++) {
      members.add("127.0.0.1:" + ports.get(3 * i));
    }
    for (int i = 0; i < count; i++) {
      String name = "node-" + (i + 1);
      int http = ports.get(3 * i + 2);
      urls.add(URI.create("http://127.0.0.1:" + http));
      List<String> command = new ArrayList<>(List.of("serve", "--end-with-stdin"));
      command.addAll(List.of("--node-id", name, "--port", Integer.toString(http)));
      command.addAll(List.of("--redis", redis, "--key-file", keyFile.toString()));
      command.addAll(List.of("--members", String.join(",", members)));
      command.addAll(List.of("--set", "cluster.name=" + CLUSTER));
      command.addAll(List.of("--set", "cluster.port=" + ports.get(3 * i)));
      command.addAll(List.of("--set", "cluster.messagePort=" + ports.get(3 * i + 1)));
      nodes.add(Child.start(name, folder, line -> {}, command));
    }
  }

  /** Returns when each takes connections and sees all the others. */
  void awaitReady() throws InterruptedException {
    String all = "cluster_members " + nodes.size() + ".0";
    long until = System.nanoTime() + PATIENCE.toNanos();
    for (URI url : urls) {
      while (!answers(url, "/health/ready", "up") || !answers(url, "/metrics", all)) {
        checkAlive();
        if (System.nanoTime() > until) {
          throw new DemoException("the nodes were not ready within " + PATIENCE.toSeconds() + " s");
        }
        Thread.sleep(POLL_MS);
      }
    }
  }

  /** SIGKILL to the node that has most sessions; the name of it. */
  String killBusiest(Map<String, Integer> sessions) {
    Child victim =
        nodes.stream()
            .filter(Child::alive)
            .max(Comparator.comparingInt(node -> sessions.getOrDefault(node.name(), 0)))
            .orElseThrow();
    killed.add(victim.name());
    victim.kill();
    return victim.name();
  }

  void checkAlive() {
    for (Child node : nodes) {
      if (!node.alive() && !killed.contains(node.name())) {
        throw new DemoException(node.name() + " ended by itself:\n" + node.tail());
      }
    }
  }

  boolean alive(String name) {
    return !killed.contains(name);
  }

  List<String> names() {
    return nodes.stream().map(Child::name).toList();
  }

  String urls() {
    return String.join(",", urls.stream().map(URI::toString).toList());
  }

  String members() {
    return String.join(",", members);
  }

  @Override
  public void close() {
    nodes.forEach(Child::close);
  }

  private boolean answers(URI url, String path, String text) throws InterruptedException {
    var request = HttpRequest.newBuilder(url.resolve(path)).timeout(Duration.ofSeconds(2)).build();
    try {
      var answer = http.send(request, BodyHandlers.ofString());
      return answer.statusCode() == 200 && answer.body().contains(text);
    } catch (IOException e) {
      return false;
    }
  }

  /** Held together until all are known, so that they differ. */
  private static List<Integer> freePorts(int count) throws IOException {
    List<ServerSocket> held = new ArrayList<>();
    try {
      for (int i = 0; i < count; i++) {
        held.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
      }
      return held.stream().map(ServerSocket::getLocalPort).toList();
    } finally {
      for (ServerSocket socket : held) {
        socket.close();
      }
    }
  }
}
