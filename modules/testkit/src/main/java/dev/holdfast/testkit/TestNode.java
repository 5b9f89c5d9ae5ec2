package dev.holdfast.testkit;

import dev.holdfast.testkit.machine.Http;
import dev.holdfast.testkit.machine.ProcessGuard;
import dev.holdfast.testkit.machine.Signals;
import dev.holdfast.testkit.machine.Waits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * One node as a process of its own, whose ports and id stay over its lives. Every method blocks
 * until it is done; one thread at a time.
 */
public final class TestNode {
  /** Figures are measured with a JVM as it is used: {@code -XX:TieredStopAtLevel=4}. */
  private static final String COMPILER =
      System.getProperty("holdfast.node.compiler", "-XX:TieredStopAtLevel=1");

  private static final String MAIN = "dev.holdfast.app.Holdfast";
  private static final int LOG_TAIL_LINES = 30;
  private static final int MOST_LAUNCHES = 5;
  private static final int LOG_LINE = 400;
  private static final Duration START_PATIENCE = Duration.ofSeconds(120);
  private static final Duration STOP_PATIENCE = Duration.ofSeconds(60);

  /** The things that stay the same over its lives. */
  record Place(String id, int port, int busPort, Path folder, List<Path> classPathFirst) {}

  private final Place place;
  private final NodeSettings settings;
  private final Http http = new Http();

  @SuppressWarnings("NullAway.Init")
  private Process process;

  private boolean paused;
  private int launches;

  TestNode(Place place, NodeSettings settings) {
    this.place = place;
    this.settings = settings;
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
    return URI.create("http://127.0.0.1:" + place.port() + path);
  }

  public long pid() {
    return process.pid();
  }

  public boolean isRunning() {
    return process != null && process.isAlive();
  }

  public boolean isPaused() {
    return paused;
  }

  /** Answers {@code /health/ready} with 200. */
  public boolean isReady() {
    return isRunning() && !paused && http.status(http("/health/ready")) == 200;
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
    if (isRunning()) {
      throw new IllegalStateException(id() + " is running");
    }
    launches = 1;
    launchOnce();
  }

  private void launchOnce() {
    Path file = place.folder().resolve(id() + ".yaml");
    settings.write(file);
    var builder =
        new ProcessBuilder(command())
            .directory(place.folder().toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()));
    builder.environment().keySet().removeIf(name -> name.startsWith("HOLDFAST_"));
    builder.environment().put("HOLDFAST_CONFIG", file.toString());
    try {
      process = builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    ProcessGuard.watch(process);
    paused = false;
  }

  void awaitReady() {
    Waits.until(
        id() + " is ready",
        START_PATIENCE,
        () -> {
          if (!isRunning()) {
            launchAgain();
          }
          return isReady();
        });
  }

  /** While it was away another process may have tried its port, as whoever looks for a free one. */
  private void launchAgain() {
    String tail = logTail();
    if (launches >= MOST_LAUNCHES || !tail.contains("already in use")) {
      throw new IllegalStateException(id() + " ended at its start:\n" + tail);
    }
    launches++;
    launchOnce();
  }

  /** SIGKILL; gone when this returns. Nothing if it is not running. */
  public void kill() {
    if (isRunning()) {
      process.destroyForcibly();
      awaitEnd();
    }
  }

  /** SIGTERM, and waits for its end. */
  public void stop() {
    process.destroy();
    awaitEnd();
  }

  /** SIGSTOP: its sockets stay open, nothing is answered. */
  public void pause() {
    Signals.pause(process.pid());
    paused = true;
  }

  /** SIGCONT. */
  public void resume() {
    Signals.resume(process.pid());
    paused = false;
  }

  /** After a kill or stop: another life at the same place, ready when this returns. */
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
    return place.folder().resolve(id() + ".log");
  }

  public String logTail() {
    try {
      List<String> lines = Files.readAllLines(log());
      int from = Math.max(0, lines.size() - LOG_TAIL_LINES);
      return lines.subList(from, lines.size()).stream()
          .map(line -> line.length() > LOG_LINE ? line.substring(0, LOG_LINE) + " …" : line)
          .collect(Collectors.joining("\n"));
    } catch (IOException e) {
      return "no log: " + e.getMessage();
    }
  }

  private void awaitEnd() {
    try {
      if (!process.waitFor(STOP_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
        throw new AssertionError(id() + " did not end in " + STOP_PATIENCE);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  /** A small JVM that starts fast, on the class path of this one. */
  private List<String> command() {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    List<String> command = new ArrayList<>(List.of(java, "-Xmx256m", "-XX:+UseSerialGC"));
    command.addAll(List.of(COMPILER, "-XX:+ExitOnOutOfMemoryError"));
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
    path.add(System.getProperty("java.class.path"));
    return String.join(System.getProperty("path.separator"), path);
  }
}
