package dev.holdfast.app.demo;

import dev.holdfast.auth.DevelopmentKey;
import dev.holdfast.redis.EmbeddedRedis;
import dev.holdfast.redis.EmbeddedRedisConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/**
 * The demo, from the start of its processes to their end. Methods block; {@link #close} may come
 * from a shutdown hook at any time.
 */
final class Demo implements AutoCloseable {
  private static final int NODES = 3;
  private static final long TICK_MS = 100;
  private static final Duration FIRST_KILL = Duration.ofSeconds(5);
  private static final Duration SECOND_KILL = Duration.ofSeconds(15);
  private static final Duration LAST = Duration.ofSeconds(20);
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final int sessions;
  private final int rate;
  private final Screen screen;
  private final Path folder;
  private final DemoNodes nodes = new DemoNodes();
  private EmbeddedRedis redis;
  private Child clients;
  private Child service;
  private volatile Reports.Clients received = Reports.Clients.NONE;
  private volatile Reports.Service published = Reports.Service.NONE;
  private long began;
  private boolean closed;
  private boolean keepLogs;
  private volatile boolean abandoned;

  Demo(int sessions, int rate, Screen screen) throws IOException {
    this.sessions = sessions;
    this.rate = rate;
    this.screen = screen;
    this.folder = Files.createTempDirectory("holdfast-demo-");
  }

  /** Whether nothing was lost, repeated or reordered, and every session came back. */
  boolean run() throws IOException, InterruptedException {
    startCluster();
    startClients();
    startService();
    began = System.nanoTime();
    until(FIRST_KILL);
    screen.event(nodes.killBusiest(received.attached()) + " killed with SIGKILL");
    until(SECOND_KILL);
    screen.event(nodes.killBusiest(received.attached()) + " killed with SIGKILL");
    until(LAST);
    service.tell("finish");
    await("all publications are acknowledged", () -> published.stopped());
    clients.tell(Reports.line(published));
    await("all events are there", () -> received.complete());
    screen.table(sessions, published, received);
    return good(published, received);
  }

  /** Ends it before its end: from a shutdown hook. */
  void abandon() throws IOException {
    abandoned = true;
    close();
  }

  boolean abandoned() {
    return abandoned;
  }

  /** Keeps the processes' logs, for a failure to be looked into. */
  Path keepLogs() {
    keepLogs = true;
    return folder;
  }

  /** Ends every process, and removes what they wrote, unless the logs are to be kept. */
  @Override
  public synchronized void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    nodes.close();
    Stream.of(clients, service).filter(child -> child != null).forEach(Child::close);
    if (redis != null) {
      redis.kill();
    }
    if (!keepLogs) {
      removeFolder();
    }
  }

  private void removeFolder() throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  private void startCluster() throws IOException, InterruptedException {
    screen.event("starting Redis and " + NODES + " nodes");
    DevelopmentKey.of(folder);
    synchronized (this) {
      redis = EmbeddedRedis.start(EmbeddedRedisConfig.in(folder.resolve("redis")));
      nodes.start(NODES, redis.uri(), keyFile(), folder);
    }
    nodes.awaitReady();
  }

  private void startClients() throws IOException, InterruptedException {
    screen.event("connecting " + sessions + " clients");
    List<String> command =
        List.of(
            "demo",
            "clients",
            "--urls=" + nodes.urls(),
            "--key-file=" + keyFile(),
            "--sessions=" + sessions);
    synchronized (this) {
      clients = Child.start("clients", folder, this::fromClients, command);
    }
    await("all clients are connected", () -> received.ready());
  }

  private void startService() throws IOException, InterruptedException {
    screen.event("a service publishes " + rate + " a second, over the event bus");
    List<String> command =
        List.of(
            "demo",
            "service",
            "--cluster=" + DemoNodes.CLUSTER,
            "--members=" + nodes.members(),
            "--rate=" + rate,
            "--sessions=" + sessions);
    synchronized (this) {
      service = Child.start("service", folder, this::fromService, command);
    }
    await("the service publishes", () -> published.published() > 0);
  }

  private void fromClients(String line) {
    received = Reports.parse(line, Reports.Clients.class);
  }

  private void fromService(String line) {
    published = Reports.parse(line, Reports.Service.class);
  }

  private void until(Duration end) throws InterruptedException {
    while (System.nanoTime() - began < end.toNanos()) {
      tick();
    }
  }

  private void await(String what, BooleanSupplier condition) throws InterruptedException {
    long until = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > until) {
        throw new DemoException("not within " + PATIENCE.toSeconds() + " s: " + what);
      }
      tick();
    }
  }

  private void tick() throws InterruptedException {
    nodes.checkAlive();
    for (Child child : new Child[] {clients, service}) {
      if (child != null && !child.alive()) {
        throw new DemoException(child.name() + " ended by itself:\n" + child.tail());
      }
    }
    if (began != 0) {
      screen.show(nodes, System.nanoTime() - began, published, received);
    }
    Thread.sleep(TICK_MS);
  }

  private Path keyFile() {
    return folder.resolve(DevelopmentKey.FILE);
  }

  private static boolean good(Reports.Service published, Reports.Clients received) {
    boolean stored = published.failed() == 0;
    boolean exact =
        received.lost() == 0
            && received.duplicated() == 0
            && received.outOfOrder() == 0
            && received.gaps() == 0;
    boolean back =
        received.away() == 0
            && received.restarted() == 0
            && received.resumed() == received.interruptions();
    return stored && exact && back && received.interruptions() > 0;
  }
}
