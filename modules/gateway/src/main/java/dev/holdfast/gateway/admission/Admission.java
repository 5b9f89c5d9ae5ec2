package dev.holdfast.gateway.admission;

import dev.holdfast.core.bounds.Budget;
import dev.holdfast.core.bounds.Doors;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.http.HttpServerRequest;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts the clients that are let into a node, over all its event loops. A client that is refused
 * gets an answer, and a metric names the reason. A client that is in stays. There is one instance
 * for each life of a node; safe on any thread.
 */
public final class Admission {
  /** Unfinished hellos may hold one in so many bytes of the heap, besides what each has anyway. */
  private static final int HELLO_PART = 64;

  /** Refusals that are answered in a second: an answer costs as much as a client that is let in. */
  private static final int ANSWERS_A_SECOND = 100;

  private final MeterRegistry registry;
  private final int most;
  private final int mostOfOne;
  private final boolean sparesThisMachine;
  private final Clients clients;
  private final Failures failures;
  private final Failures strangers;
  private final HelloRate hellos;
  private final HelloRate answers = new HelloRate(ANSWERS_A_SECOND);
  private final Budget.Share unfinished;
  private final Doors.Gate operators = new OperatorGate();
  private final AtomicInteger connected = new AtomicInteger();
  private final Map<String, Integer> ofAddress = new ConcurrentHashMap<>();

  public Admission(SocketLimits limits, MeterRegistry registry) {
    this.registry = registry;
    this.most = limits.most();
    this.mostOfOne = limits.mostOfOne();
    this.sparesThisMachine = limits.perAddress() == 0;
    this.clients = new Clients(limits.proxies());
    this.failures = new Failures(limits.failures());
    this.strangers = new Failures(limits.strangers());
    this.hellos = new HelloRate(limits.hellos());
    this.unfinished = new Budget(registry).share("hellos", Budget.partOfHeap(0, HELLO_PART));
    Gauge.builder("holdfast.sockets", connected, AtomicInteger::get)
        .description("connections of clients, with and without a WebSocket")
        .register(registry);
    Gauge.builder("holdfast.sockets.limit", () -> most).register(registry);
  }

  /** Returns the largest number of connections. */
  public int most() {
    return most;
  }

  /** Returns the gate at the port of operators, whose connections don't count as clients'. */
  public Doors.Gate operators() {
    return operators;
  }

  /** Returns the client that sent a request. */
  public Client clientOf(HttpServerRequest request) {
    return clients.of(request);
  }

  /**
   * Counts a new connection. Returns whether it may stay; if so, {@link #left} follows when it
   * ends.
   *
   * @param peer its address
   */
  public boolean came(String peer) {
    if (isCounted(peer) && strangers.wait(Clients.key(peer), System.nanoTime()) > 0) {
      return refused("strangers");
    }
    if (connected.incrementAndGet() > most) {
      connected.decrementAndGet();
      return refused("full");
    }
    if (isCounted(peer) && !countIn(peer)) {
      connected.decrementAndGet();
      return refused("address");
    }
    return true;
  }

  /**
   * Notes that a connection has ended.
   *
   * @param known whether the client has shown a valid token; if too many connections of one address
   *     have not, no more of that address are let in for a while
   */
  public void left(String peer, boolean known) {
    connected.decrementAndGet();
    if (isCounted(peer)) {
      countOut(peer);
      if (!known) {
        strangers.failed(Clients.key(peer), System.nanoTime());
      }
    }
  }

  /** Returns whether another connection that {@link #came} refused gets an answer. */
  public boolean mayBeAnswered() {
    return answers.take(System.nanoTime()) == 0;
  }

  private boolean isCounted(String peer) {
    return !clients.isProxy(peer) && !(sparesThisMachine && Clients.isLoopback(peer));
  }

  /**
   * Counts a WebSocket or a stream that begins, if a proxy's connection carries it; others are
   * counted by their own connection. Returns whether it may begin; if so, {@link #closed} follows.
   */
  public boolean opens(Client client) {
    return !client.proxied() || countIn(client.address()) || refused("address");
  }

  public void closed(Client client) {
    if (client.proxied()) {
      countOut(client.address());
    }
  }

  /** Notes that a client showed no valid token, or sent nothing, or something else than a hello. */
  public void failed(Client client) {
    failures.failed(Clients.key(client.address()), System.nanoTime());
  }

  /** Returns the time in ms after which clients of its address may try to come in; 0: now. */
  public long patience(Client client) {
    long wait = failures.wait(Clients.key(client.address()), System.nanoTime());
    if (wait > 0) {
      refused("failures");
    }
    return wait;
  }

  /** Returns the time in ms after which a hello may be sent; 0: it may now, and is counted. */
  public long hello() {
    long wait = hellos.take(System.nanoTime());
    if (wait > 0) {
      refused("hellos");
    }
    return wait;
  }

  /**
   * @param refused called once, if the node has no memory for what comes before the hello
   */
  public HelloGate gate(Runnable refused) {
    return new HelloGate(
        unfinished,
        () -> {
          refused("unfinished");
          refused.run();
        });
  }

  private boolean countIn(String address) {
    boolean[] over = {false};
    ofAddress.compute(
        Clients.key(address),
        (key, count) -> {
          int now = count == null ? 0 : count;
          over[0] = now >= mostOfOne;
          return over[0] ? count : Integer.valueOf(now + 1);
        });
    return !over[0];
  }

  private void countOut(String address) {
    ofAddress.computeIfPresent(Clients.key(address), (key, count) -> count == 1 ? null : count - 1);
  }

  private boolean refused(String why) {
    registry.counter("holdfast.sockets.refused", "why", why).increment();
    return false;
  }
}
