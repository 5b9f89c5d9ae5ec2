package dev.holdfast.gateway.scale;

import dev.holdfast.auth.TokenSigner;
import dev.holdfast.channels.ServicePublisher;
import dev.holdfast.channels.ServicePublisherConfig;
import dev.holdfast.core.Caller;
import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.bus.Bus;
import dev.holdfast.gateway.SimulatedNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/**
 * The clients of a cluster, one session for each user, and what is published to them. Any thread.
 */
final class Population {
  /** Sessions that share a tenant. */
  private static final int OF_TENANT = 1_000;

  private static final int TOPICS = 3;
  private static final Duration TOKEN = Duration.ofHours(12);

  /** Clients that have come, and are not live. */
  final AtomicInteger away = new AtomicInteger();

  final LongAdder events = new LongAdder();
  final LongAdder gaps = new LongAdder();
  final LongAdder disorder = new LongAdder();
  final LongAdder refused = new LongAdder();
  final LongAdder sent = new LongAdder();
  final LongAdder published = new LongAdder();
  final LongAdder failed = new LongAdder();

  private final Bus bus;
  private final TokenSigner signer;
  private final List<SimulatedNode> nodes;
  private final List<SimulatedClient> clients = new ArrayList<>();
  private final ServicePublisher publisher;
  private final Random random = new Random(1);
  private volatile Histogram micros = new ConcurrentHistogram(3);
  private int come;

  Population(Bus bus, TokenSigner signer, List<SimulatedNode> nodes) {
    this.bus = bus;
    this.signer = signer;
    this.nodes = new ArrayList<>(nodes);
    var service = new Caller.Service("model", "1", Set.of("*"), Set.of());
    this.publisher = new ServicePublisher(bus, service, ServicePublisherConfig.DEFAULT);
  }

  private static String tenant(int i) {
    return "t" + i / OF_TENANT;
  }

  /** The next new client comes. */
  synchronized void comes() {
    int i = come++;
    Set<String> permissions = Set.of("subscribe:topic:*");
    var user = new Caller.User(tenant(i), "u" + i, Set.of(), permissions);
    List<ChannelName> topics =
        IntStream.range(0, TOPICS).mapToObj(topic -> topic(i, topic)).toList();
    var client = new SimulatedClient(this, signer.sign(user, TOKEN), topics);
    clients.add(client);
    client.come(anyNode());
  }

  private static ChannelName topic(int i, int topic) {
    return ChannelName.topic("u" + i + "-" + topic);
  }

  /** A client that is there leaves for good; its session ends when it has lingered. */
  synchronized void leaves() {
    int i = random.nextInt(clients.size());
    SimulatedClient client = clients.get(i);
    SimulatedNode node = client != null && client.isLive() ? client.node() : null;
    if (node != null) {
      clients.set(i, null);
      node.context().runOnContext(on -> client.leave());
    }
  }

  /** So many clients lose their connection, and come back to any node. */
  synchronized void drop(int many) {
    for (SimulatedClient client : clients.subList(0, many)) {
      SimulatedNode node = Objects.requireNonNull(client.node());
      client.lose();
      node.context().runOnContext(on -> client.leave());
      later(1 + random.nextInt(1_000), () -> client.come(anyNode()));
    }
  }

  /** Publishes to a channel that one of the clients reads, and nobody else. */
  synchronized void publish() {
    int i = random.nextInt(clients.size());
    if (clients.get(i) != null) {
      publish(i, random.nextInt(TOPICS + 1));
    }
  }

  /**
   * @param which of its channels; the last one is its user's
   */
  void publish(int i, int which) {
    ChannelName name = which == TOPICS ? ChannelName.user("u" + i) : topic(i, which);
    sent.increment();
    long begun = System.nanoTime();
    publisher
        .publish(new Channel(tenant(i), name), "model", "{\"text\":\"" + "x".repeat(180) + "\"}")
        .onSuccess(at -> took(System.nanoTime() - begun))
        .onFailure(failure -> failed.increment());
  }

  private void took(long nanos) {
    micros.recordValue(TimeUnit.NANOSECONDS.toMicros(nanos));
    published.increment();
  }

  boolean isAnswered() {
    return published.sum() + failed.sum() == sent.sum();
  }

  /** Returns the times of publications since the last call, in microseconds. */
  Histogram times() {
    Histogram before = micros;
    micros = new ConcurrentHistogram(3);
    return before;
  }

  /** The node is dead: its clients notice it, and come again within a second. Returns how many. */
  synchronized int lost(SimulatedNode dead) {
    nodes.remove(dead);
    List<SimulatedClient> left =
        clients.stream().filter(client -> client != null && client.node() == dead).toList();
    left.forEach(SimulatedClient::loseNode);
    left.forEach(client -> later(1 + random.nextInt(1_000), () -> client.come(anyNode())));
    return left.size();
  }

  synchronized SimulatedNode anyNode() {
    return nodes.get(random.nextInt(nodes.size()));
  }

  void later(long ms, Runnable step) {
    bus.vertx().setTimer(ms, timer -> step.run());
  }

  synchronized int size() {
    return come;
  }
}
