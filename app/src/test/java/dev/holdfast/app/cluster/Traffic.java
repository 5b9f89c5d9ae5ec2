package dev.holdfast.app.cluster;

import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Position;
import dev.holdfast.testkit.client.Published;
import dev.holdfast.testkit.client.WsTestClient;
import dev.holdfast.testkit.history.Checker;
import dev.holdfast.testkit.history.History;
import dev.holdfast.testkit.history.Payload;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;

/**
 * Clients of one tenant and a service that publishes to all kinds of their channels, with a history
 * of what was acknowledged and what each client got. For one test thread.
 */
public final class Traffic implements AutoCloseable {
  public static final List<String> TOPICS = List.of("topic:news", "topic:chat");

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final long TICK_MILLIS = 10;

  /** While nothing is answered, no more is sent than can be answered soon. */
  private static final int MOST_OPEN = 300;

  private final String tenant;
  private final History history = new History();
  private final Map<String, WsTestClient> clients = new LinkedHashMap<>();
  private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
  private final Map<CompletableFuture<?>, String> open = new ConcurrentHashMap<>();
  private final AtomicLong ticks = new AtomicLong();
  private final List<String> refused = new ArrayList<>();
  private volatile BusService service;

  public Traffic(String tenant) {
    this.tenant = tenant;
  }

  public History history() {
    return history;
  }

  public List<WsTestClient> clients() {
    return List.copyOf(clients.values());
  }

  /** A client that is connected and reads all topics; its first address is its first node. */
  public void add(String name, WsTestClient client) {
    await(client.connect());
    TOPICS.forEach(topic -> await(client.subscribe(topic)));
    history.reader(name, client.ledger());
    clients.put(name, client);
  }

  /**
   * From now on, up to 100 times a second: the service publishes to one channel, every client in
   * its turn publishes and acks.
   */
  public void start(BusService publisher) {
    service = publisher;
    if (ticks.get() == 0) {
      clock.scheduleAtFixedRate(this::tick, 0, TICK_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  /** The service publishes no more; clients go on. */
  public void withoutService() {
    service = null;
  }

  /** Every client publishes this often, without waiting for an answer. */
  public void burst(List<WsTestClient> some, int count) {
    clients.forEach(
        (name, client) -> {
          for (int i = 0; i < count && some.contains(client); i++) {
            publish(name, client);
          }
        });
  }

  /** Waits until at least this many publications more than now are acknowledged. */
  public void awaitAcknowledged(int more) {
    int goal = history.acknowledgements() + more;
    Awaitility.await().atMost(PATIENCE).until(() -> history.acknowledgements() >= goal);
  }

  /** Ends it: all is answered, all clients are connected and have read everything. */
  public void settle() {
    clock.shutdown();
    Awaitility.await("all clients are connected")
        .atMost(PATIENCE)
        .until(() -> clients().stream().allMatch(WsTestClient::isConnected));
    awaitAnswers();
    try {
      Awaitility.await().atMost(PATIENCE).until(history::settled);
    } catch (org.awaitility.core.ConditionTimeoutException late) {
      // The checker says what is missing, and to whom.
    }
  }

  private void awaitAnswers() {
    try {
      Awaitility.await("all publications are answered").atMost(PATIENCE).until(open::isEmpty);
    } catch (org.awaitility.core.ConditionTimeoutException late) {
      throw new AssertionError(
          open.size() + " not answered: " + new TreeSet<>(open.values()), late);
    }
  }

  /** What does not hold; also what was refused for good. */
  public List<String> violations() {
    List<String> all = new ArrayList<>(Checker.violations(history));
    synchronized (refused) {
      all.addAll(refused);
    }
    return all;
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }

  private void tick() {
    if (open.size() > MOST_OPEN) {
      return;
    }
    long tick = ticks.getAndIncrement();
    List<Map.Entry<String, WsTestClient>> all = List.copyOf(clients.entrySet());
    var turn = all.get((int) (tick % all.size()));
    publish(turn.getKey(), turn.getValue());
    if (tick % 3 == 0) {
      turn.getValue().ack();
    }
    BusService publisher = service;
    if (publisher != null) {
      publish(publisher, channelOf(tick, turn.getKey(), turn.getValue()));
    }
  }

  private static String channelOf(long tick, String user, WsTestClient client) {
    return switch ((int) (tick % 4)) {
      case 0 -> "tenant";
      case 1 -> "user:" + user;
      case 2 -> "session:" + client.session();
      default -> TOPICS.get((int) (tick / 4 % TOPICS.size()));
    };
  }

  private void publish(String name, WsTestClient client) {
    String topic = TOPICS.get((int) (ticks.get() % TOPICS.size()));
    // A burst is another thread's: the order of the payloads is that of the publications.
    synchronized (client) {
      Payload payload = history.next(name, topic);
      follow(
          topic,
          payload,
          client.publish(topic, "test.event", payload.data()).thenApply(Published::position));
    }
  }

  private void publish(BusService publisher, String channel) {
    Payload payload = history.next(publisher.name(), channel);
    follow(channel, payload, publisher.publish(tenant, channel, payload.data()));
  }

  private void follow(String channel, Payload payload, CompletableFuture<Position> answer) {
    open.put(answer, channel + ": " + payload);
    answer.whenComplete(
        (position, failure) -> {
          if (failure == null) {
            history.acknowledged(channel, payload, position);
          } else if (!isExplained(history, channel, failure)) {
            refuse(channel + ": " + payload + " was refused: " + failure);
          }
          open.remove(answer);
        });
  }

  /**
   * A service that gave up does not know what became of it, one whose store is full knows that it
   * is not there, and an older state does not know every session: nothing is claimed.
   */
  public static boolean isExplained(History history, String channel, Throwable failure) {
    return switch (HoldfastException.from(failure).code()) {
      case TIMEOUT, STORE_FULL -> true;
      case NOT_FOUND -> channel.startsWith("session:") && history.hasLosses();
      default -> false;
    };
  }

  private void refuse(String what) {
    synchronized (refused) {
      refused.add(what);
    }
  }

  /** Answered, however. */
  public static void settled(CompletableFuture<?> future) {
    await(future.handle((value, failure) -> true));
  }

  public static <T> T await(CompletableFuture<T> future) {
    try {
      return future.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new AssertionError("not answered", e);
    }
  }
}
