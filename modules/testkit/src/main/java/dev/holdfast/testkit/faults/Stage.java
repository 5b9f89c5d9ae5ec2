package dev.holdfast.testkit.faults;

import dev.holdfast.testkit.TestCluster;
import dev.holdfast.testkit.TestNode;
import dev.holdfast.testkit.TestRedis;
import dev.holdfast.testkit.client.Entry;
import dev.holdfast.testkit.client.WsTestClient;
import dev.holdfast.testkit.wire.Lane;
import dev.holdfast.testkit.wire.Wires;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.jspecify.annotations.Nullable;

/** The stage of a scenario: a cluster under load, and the notes that become its outcome. */
public final class Stage {
  private static final Duration POLL = Duration.ofMillis(20);
  private static final Duration NOTICED = Duration.ofSeconds(30);

  private final Setting setting;
  private final Load load;
  private final Watch watch;
  private final List<String> violations = new ArrayList<>();
  private final List<Supplier<String>> notes = new ArrayList<>();
  private long faultAt;
  private long healedAt;
  private @Nullable Duration detected;

  Stage(Setting setting, Load load, Watch watch) {
    this.setting = setting;
    this.load = load;
    this.watch = watch;
    this.faultAt = System.nanoTime();
    this.healedAt = faultAt;
  }

  public TestCluster cluster() {
    return setting.cluster();
  }

  public Wires wires() {
    return cluster().wires();
  }

  public TestRedis redis() {
    return setting.redis();
  }

  /** Returns the setting of the group: its replicas, its clock. */
  public Setting setting() {
    return setting;
  }

  public Load load() {
    return load;
  }

  /** The node that most clients are on. */
  public TestNode fullest() {
    return cluster().nodes().stream().max(Comparator.comparing(this::clientsOn)).orElseThrow();
  }

  private long clientsOn(TestNode node) {
    return load.clients().stream()
        .filter(client -> client.isConnected() && node.id().equals(nodeOf(client)))
        .count();
  }

  static @Nullable String nodeOf(WsTestClient client) {
    Entry.Welcomed welcome = client.welcome();
    return welcome == null ? null : welcome.node();
  }

  public List<TestNode> others(TestNode node) {
    return cluster().nodes().stream().filter(other -> other != node).toList();
  }

  /** Between this node and the others, services included; both ways. */
  public List<Lane> bus(TestNode node) {
    List<String> others = new ArrayList<>(others(node).stream().map(TestNode::id).toList());
    others.add(Setting.SERVICES);
    return wires().between(node.id(), others);
  }

  public List<Lane> store(TestNode node) {
    return wires().between(node.id(), List.of(Wires.REDIS));
  }

  /** The fault begins now. */
  public void fault() {
    faultAt = System.nanoTime();
    healedAt = faultAt;
    watch.since(healedAt);
  }

  /**
   * Notes that the fault is over. If it is never called, the fault is over when it has happened.
   */
  public void healed() {
    healedAt = System.nanoTime();
    watch.since(healedAt);
  }

  long faultAt() {
    return faultAt;
  }

  long healedAt() {
    return healedAt;
  }

  @Nullable Duration detected() {
    return detected;
  }

  /** Waits until the product has noticed, which is to be seen from outside. */
  public void detected(String what, Callable<Boolean> condition) {
    if (await(what, NOTICED, condition)) {
      detected = Duration.ofNanos(System.nanoTime() - faultAt);
    }
  }

  /** While the fault lasts: publications and requests of somebody are answered. */
  public void goesOn() {
    await(
        "publications and requests go on",
        NOTICED,
        () -> !load.history().heardSince(faultAt).isEmpty() && load.answeredSince(faultAt));
  }

  /** Must become true in time; otherwise it is a violation. */
  public boolean await(String what, Duration within, Callable<Boolean> condition) {
    try {
      Awaitility.await(what)
          .atMost(within)
          .pollDelay(Duration.ZERO)
          .pollInterval(POLL)
          .until(condition);
      return true;
    } catch (ConditionTimeoutException late) {
      violations.add("not within " + within.toMillis() + " ms: " + what);
      return false;
    }
  }

  /** The fault lasts until so long after its beginning. */
  public void lasts(Duration duration) {
    Awaitility.await("the fault lasts")
        .atMost(duration.plusSeconds(60))
        .pollDelay(Duration.ZERO)
        .pollInterval(POLL)
        .until(() -> System.nanoTime() - faultAt >= duration.toNanos());
  }

  /** Readiness of these nodes says so, in time. */
  public void ready(boolean ready, Supplier<List<TestNode>> nodes) {
    await(
        ready ? "ready" : "not ready",
        NOTICED,
        () -> nodes.get().stream().allMatch(node -> node.isReady() == ready));
  }

  /** Adds something to the scenario's log that is known when all is over. */
  void note(Supplier<String> what) {
    notes.add(what);
  }

  List<String> notes() {
    return notes.stream().map(Supplier::get).toList();
  }

  public void violation(String what) {
    violations.add(what);
  }

  List<String> violations() {
    return violations;
  }
}
