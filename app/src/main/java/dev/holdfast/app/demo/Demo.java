package dev.holdfast.app.demo;

import dev.holdfast.auth.DevelopmentKey;
import dev.holdfast.cluster.ClusterSecret;
import dev.holdfast.loadtest.targets.Child;
import dev.holdfast.loadtest.targets.OwnCluster;
import dev.holdfast.loadtest.targets.OwnClusterConfig;
import dev.holdfast.loadtest.targets.Processors;
import dev.holdfast.loadtest.targets.Program;
import dev.holdfast.loadtest.targets.Scratch;
import dev.holdfast.loadtest.targets.TargetNode;
import dev.holdfast.redis.EmbeddedRedisConfig.Fsync;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

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

  /** Small JVMs that start fast. */
  private static final List<String> JVM =
      List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

  private final int sessions;
  private final int rate;
  private final Screen screen;
  private final Scratch scratch = new Scratch("holdfast-demo-");
  private final OwnCluster cluster;
  private final List<Child> children = new ArrayList<>();
  private volatile Reports.Clients received = Reports.Clients.NONE;
  private volatile Reports.Service published = Reports.Service.NONE;
  private long began;
  private boolean closed;
  private volatile boolean abandoned;

  Demo(int sessions, int rate, Screen screen) {
    this.sessions = sessions;
    this.rate = rate;
    this.screen = screen;
    var config =
        new OwnClusterConfig(NODES, Program.self(), JVM, Map.of(), Fsync.ALWAYS, Processors.ANY);
    this.cluster = new OwnCluster(config, scratch.folder());
  }

  /** Whether nothing was lost, repeated or reordered, and every session came back. */
  boolean run() throws InterruptedException {
    screen.event("starting Redis and " + NODES + " nodes");
    cluster.start();
    Child clients = startClients();
    Child service = startService();
    began = System.nanoTime();
    until(FIRST_KILL);
    killBusiest();
    until(SECOND_KILL);
    killBusiest();
    until(LAST);
    service.tell("finish");
    await("all publications are acknowledged", () -> published.stopped());
    clients.tell(Reports.line(published));
    await("all events are there", () -> received.complete());
    screen.table(sessions, published, received);
    return good(published, received);
  }

  /** Ends it before its end: from a shutdown hook. */
  void abandon() {
    abandoned = true;
    close();
  }

  boolean abandoned() {
    return abandoned;
  }

  /** Keeps the processes' logs, for a failure to be looked into. */
  Path keepLogs() {
    scratch.keepLogs();
    return scratch.folder();
  }

  /** Ends every process, and removes what they wrote, unless the logs are to be kept. */
  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      cluster.close();
      children.forEach(Child::close);
      scratch.close();
    }
  }

  private Child startClients() throws InterruptedException {
    screen.event("connecting " + sessions + " clients");
    List<String> urls = cluster.address().urls().stream().map(URI::toString).toList();
    Child clients =
        start(
            "clients",
            line -> received = Reports.parse(line, Reports.Clients.class),
            "--urls=" + String.join(",", urls),
            "--key-file=" + scratch.folder().resolve(DevelopmentKey.FILE));
    await("all clients are connected", () -> received.ready());
    return clients;
  }

  private Child startService() throws InterruptedException {
    screen.event("a service publishes " + rate + " a second, over the event bus");
    var bus = cluster.address().bus();
    Child service =
        start(
            "service",
            line -> published = Reports.parse(line, Reports.Service.class),
            "--cluster=" + bus.cluster(),
            "--members=" + String.join(",", bus.members()),
            "--secret-file=" + scratch.folder().resolve(ClusterSecret.FILE),
            "--rate=" + rate);
    await("the service publishes", () -> published.published() > 0);
    return service;
  }

  private synchronized Child start(String name, Consumer<String> lines, String... options) {
    if (closed) {
      throw new DemoException("ended");
    }
    List<String> arguments = new ArrayList<>(List.of("demo", name, "--sessions=" + sessions));
    arguments.addAll(List.of(options));
    List<String> command = Program.self().command(JVM, arguments);
    Child child = Child.start(name, scratch.folder(), command, lines);
    children.add(child);
    return child;
  }

  /** SIGKILL to the node that has most sessions. */
  private void killBusiest() {
    TargetNode busiest =
        cluster.nodes().stream()
            .filter(node -> cluster.pid(node).isPresent())
            .max(Comparator.comparingInt(node -> received.attached().getOrDefault(node.name(), 0)))
            .orElseThrow();
    cluster.kill(busiest);
    screen.event(busiest.name() + " killed with SIGKILL");
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
    if (cluster.trouble() != null) {
      throw new DemoException(cluster.trouble());
    }
    for (Child child : children) {
      if (!child.alive()) {
        throw new DemoException(child.name() + " ended by itself:\n" + child.tail());
      }
    }
    if (began != 0) {
      screen.show(cluster, System.nanoTime() - began, published, received);
    }
    Thread.sleep(TICK_MS);
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
