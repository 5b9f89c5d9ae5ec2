package dev.holdfast.app.cluster;

import dev.holdfast.client.Holdfast;
import dev.holdfast.client.HoldfastOptions;
import dev.holdfast.client.Publication;
import dev.holdfast.client.session.ClientState;
import dev.holdfast.client.session.Event;
import dev.holdfast.client.session.From;
import dev.holdfast.client.session.SessionInfo;
import dev.holdfast.testkit.TestCluster;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;

/**
 * Clients of the JVM library, spread over the nodes: all read one topic, and publish to it in turn,
 * each its own numbers. For one test thread.
 */
final class LibraryClients implements AutoCloseable {
  private static final int CLIENTS = 6;
  private static final String TOPIC = "topic:library";
  private static final Duration TIMEOUT = Duration.ofSeconds(60);
  private static final long TICK_MILLIS = 10;

  private final List<Member> members = new ArrayList<>();
  private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
  private final AtomicInteger comebacks = new AtomicInteger();
  private int ticks;

  LibraryClients(TestCluster cluster, String tenant) {
    for (int i = 0; i < CLIENTS; i++) {
      List<URI> urls = new ArrayList<>(cluster.urls());
      Collections.rotate(urls, -i);
      members.add(new Member("library" + i, cluster.token(tenant, "library" + i), urls));
    }
    members.forEach(Member::awaitReady);
  }

  /** From now on each publishes in its turn, 100 a second in all. */
  void start() {
    clock.scheduleAtFixedRate(this::tick, 0, TICK_MILLIS, TimeUnit.MILLISECONDS);
  }

  private void tick() {
    members.get(ticks++ % members.size()).publish();
  }

  /** How often a session came back on another connection. */
  int comebacks() {
    return comebacks.get();
  }

  /** Ends it, and says what does not hold: each has what each published, once and in order. */
  List<String> violations() {
    clock.shutdown();
    List<String> wrong = new ArrayList<>();
    Awaitility.await("all publications are answered")
        .atMost(TIMEOUT)
        .until(() -> members.stream().allMatch(Member::isAnswered));
    for (Member reader : members) {
      Awaitility.await("all that was published is read")
          .atMost(TIMEOUT)
          .until(() -> members.stream().allMatch(writer -> reader.hasRead(writer)));
      for (Member writer : members) {
        reader.check(writer, wrong);
      }
      wrong.addAll(reader.faults);
    }
    return wrong;
  }

  @Override
  public void close() {
    clock.shutdownNow();
    members.forEach(member -> member.client.close());
  }

  private final class Member {
    private final String name;
    private final Holdfast client;
    private final CompletableFuture<?> ready;
    private final List<Publication> published = new ArrayList<>();
    private final Map<String, List<Long>> read = new HashMap<>();
    private final List<String> faults = Collections.synchronizedList(new ArrayList<>());
    private final Map<String, SessionInfo> sessions = new ConcurrentHashMap<>();

    Member(String name, String token, List<URI> urls) {
      this.name = name;
      String[] addresses = urls.stream().map(URI::toString).toArray(String[]::new);
      client = Holdfast.connect(HoldfastOptions.to(addresses).token(token));
      client.onSession(this::session);
      client.onState(this::state);
      client.channel(TOPIC).onGap(gap -> faults.add(name + ": " + gap));
      ready = client.channel(TOPIC).onEvent(From.LATEST, this::event).ready().toCompletableFuture();
    }

    void awaitReady() {
      ready.orTimeout(TIMEOUT.toSeconds(), TimeUnit.SECONDS).join();
    }

    private void session(SessionInfo info) {
      sessions.put(info.id(), info);
      if (info.resumed()) {
        comebacks.incrementAndGet();
      }
      if (sessions.size() > 1) {
        faults.add(name + " came back as another session");
      }
    }

    private void state(ClientState state) {
      if (state.kind() == ClientState.Kind.STOPPED && state.code() >= 4000) {
        faults.add(name + " was stopped: " + state);
      }
    }

    private synchronized void event(Event event) {
      String by = event.data().path("by").asText();
      read.computeIfAbsent(by, fresh -> new ArrayList<>()).add(event.data().path("i").asLong());
    }

    synchronized void publish() {
      var data = Map.of("by", name, "i", published.size() + 1);
      published.add(client.channel(TOPIC).publish("numbered", data));
    }

    synchronized boolean isAnswered() {
      published.stream()
          .filter(one -> one.state() == Publication.State.FAILED)
          .forEach(one -> faults.add(name + ": failed: " + one.data()));
      return published.stream().noneMatch(one -> one.state() == Publication.State.PENDING);
    }

    synchronized int count() {
      return published.size();
    }

    boolean hasRead(Member writer) {
      int wanted = writer.count();
      synchronized (this) {
        return read.getOrDefault(writer.name, List.of()).size() >= wanted;
      }
    }

    void check(Member writer, List<String> wrong) {
      List<Long> expected = new ArrayList<>();
      for (long i = 1; i <= writer.count(); i++) {
        expected.add(i);
      }
      synchronized (this) {
        if (!expected.equals(read.get(writer.name))) {
          wrong.add(name + " of " + writer.name + ": " + read.get(writer.name));
        }
      }
    }
  }
}
