package dev.holdfast.testkit;

import dev.holdfast.embedded.processes.ChildProcess;
import dev.holdfast.embedded.processes.LocalNode;
import dev.holdfast.testkit.machine.Http;
import dev.holdfast.testkit.machine.InstalledJar;
import dev.holdfast.testkit.machine.ProcessGuard;
import dev.holdfast.testkit.machine.Waits;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A node in a process of its own, whose ports and id stay over its lives. Every method blocks until
 * it is done; one thread at a time.
 */
public final class TestNode {
  /** Small, and fast to start. Figures are measured with a JVM as it is used. */
  private static final List<String> JVM =
      List.of(
          System.getProperty(
                  "holdfast.node.jvm", "-Xmx256m -XX:+UseSerialGC -XX:TieredStopAtLevel=1")
              .split(" "));

  private static final Optional<InstalledJar> INSTALLED = InstalledJar.ofClassPath();
  private static final String MAIN = "dev.holdfast.app.Holdfast";
  private static final int LOG_TAIL_LINES = 30;
  private static final Duration START_PATIENCE = Duration.ofSeconds(120);
  private static final Duration STOP_PATIENCE = Duration.ofSeconds(60);

  /** The things that stay the same over its lives. */
  record Place(String id, int port, int busPort, Path folder, List<Path> classPathFirst) {}

  private final Place place;
  private final NodeSettings settings;
  private final Http http = new Http();
  private final LocalNode node;

  TestNode(Place place, NodeSettings settings) {
    this.place = place;
    this.settings = settings;
    URI url = URI.create("http://127.0.0.1:" + place.port());
    Path log = place.folder().resolve(place.id() + ".log");
    this.node = new LocalNode(place.id(), url, log, this::command);
  }

  public String id() {
    return place.id();
  }

  public int port() {
    return place.port();
  }

  /** Returns the ports for other members of the bus: for membership, and for messages. */
  public List<Integer> busPorts() {
    Object messages = settings.values().get("cluster.messagePort");
    return List.of(place.busPort(), (Integer) messages);
  }

  /** Returns the address for clients. */
  public URI url() {
    return URI.create("ws://127.0.0.1:" + place.port() + "/v1/connect");
  }

  /** {@code http://127.0.0.1:port} and this path. */
  public URI http(String path) {
    return URI.create(node.url() + path);
  }

  public long pid() {
    return node.pid();
  }

  public boolean isRunning() {
    return node.isRunning();
  }

  public boolean isPaused() {
    return node.isPaused();
  }

  /** Answers {@code /health/ready} with 200. */
  public boolean isReady() {
    return node.isReady();
  }

  public Metrics metrics() {
    return Metrics.parse(http.text(http("/metrics")));
  }

  /** Reachable objects of our own classes, by class name, after a full collection. */
  public Map<String, Integer> liveObjects() {
    return LiveObjects.of(pid());
  }

  /** Returns whether it knows of this many live nodes, itself included. */
  public boolean seesMembers(int count) {
    return isReady() && metrics().sum("holdfast_nodes_live") == count;
  }

  /** Starts the process, and does not wait until it serves. */
  public void launch() {
    ProcessGuard.watch(node.start().handle());
  }

  void awaitReady() {
    Waits.until(
        id() + " is ready",
        START_PATIENCE,
        Duration.ofMillis(50),
        () -> {
          if (!isRunning()) {
            launchAgain();
          }
          return isReady();
        });
  }

  private void launchAgain() {
    ChildProcess again = node.startAgain();
    if (again == null) {
      throw new IllegalStateException(id() + " ended at its start:\n" + logTail());
    }
    ProcessGuard.watch(again.handle());
  }

  /** SIGKILL; gone when this returns. Nothing if it is not running. */
  public void kill() {
    node.kill();
  }

  /** SIGTERM, and waits for its end. */
  public void stop() {
    try {
      if (!node.terminate(STOP_PATIENCE)) {
        node.kill();
        throw new AssertionError(id() + " did not end in " + STOP_PATIENCE);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  /** SIGSTOP: its sockets stay open, nothing is answered. */
  public void pause() {
    node.pause();
  }

  /** SIGCONT. */
  public void resume() {
    node.resume();
  }

  /** Starts the node again after a kill or stop, at the same place; returns when it is ready. */
  public void start() {
    launch();
    awaitReady();
  }

  public void restart() {
    kill();
    start();
  }

  /** Standard output and error of all lives. */
  public Path log() {
    return node.log();
  }

  public String logTail() {
    return node.tail(LOG_TAIL_LINES);
  }

  private ProcessBuilder command() {
    Path file = place.folder().resolve(id() + ".yaml");
    settings.write(file);
    ProcessBuilder command = ChildProcess.command(words()).directory(place.folder().toFile());
    command.environment().put("HOLDFAST_CONFIG", file.toString());
    return command;
  }

  /** A JVM on the installed program or else the class path of this one. */
  private List<String> words() {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    List<String> command = new ArrayList<>(List.of(java));
    command.addAll(JVM);
    command.add("-XX:+ExitOnOutOfMemoryError");
    if (place.classPathFirst().isEmpty()) {
      INSTALLED.ifPresent(jar -> command.addAll(jar.options()));
    }
    command.addAll(List.of("--add-exports", "java.base/jdk.internal.ref=ALL-UNNAMED"));
    for (String opened :
        List.of(
            "java.base/java.lang",
            "java.base/sun.nio.ch",
            "java.management/sun.management",
            "jdk.management/com.sun.management.internal")) {
      command.addAll(List.of("--add-opens", opened + "=ALL-UNNAMED"));
    }
    command.addAll(List.of("-cp", classPath(), MAIN, "serve"));
    return command;
  }

  private String classPath() {
    List<String> path = new ArrayList<>();
    place.classPathFirst().forEach(first -> path.add(first.toAbsolutePath().toString()));
    path.add(
        INSTALLED
            .map(jar -> jar.path().toString())
            .orElseGet(() -> System.getProperty("java.class.path")));
    return String.join(System.getProperty("path.separator"), path);
  }
}
