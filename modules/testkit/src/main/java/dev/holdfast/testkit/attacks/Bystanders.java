package dev.holdfast.testkit.attacks;

import com.fasterxml.jackson.databind.JsonNode;
import dev.holdfast.core.Ids;
import dev.holdfast.core.Position;
import dev.holdfast.testkit.TestCluster;
import dev.holdfast.testkit.client.Entry;
import dev.holdfast.testkit.client.WsTestClient;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;

/**
 * Users of other tenants, over all nodes: all of a tenant read one topic, and publish to it in
 * turns; and somebody who publishes by HTTP. Each payload says whose it is and when it was sent.
 */
public final class Bystanders implements AutoCloseable {
  public static final String TOPIC = "topic:room";

  private static final Duration TIMEOUT = Duration.ofSeconds(60);
  private static final Duration POLL = Duration.ofMillis(2);

  private final List<Member> members = new ArrayList<>();
  private final Queue<String> errors = new ConcurrentLinkedQueue<>();
  private final AtomicInteger open = new AtomicInteger();
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(Bystanders::daemon);
  private final HttpBystander http;
  private int turn;

  /** Time at which all were there; what came before is nobody's fault. */
  private long since;

  private record Member(String tenant, String user, WsTestClient client) {
    boolean hasRead(long seq) {
      Position cursor = client.ledger().cursor(TOPIC);
      return cursor != null && cursor.seq() >= seq;
    }
  }

  private Bystanders(TestCluster cluster, int tenants, int users) {
    for (int i = 0; i < tenants; i++) {
      join(cluster, "b-" + Ids.fresh(), users);
    }
    http = new HttpBystander(cluster, members.get(0).tenant, errors::add);
  }

  private void join(TestCluster cluster, String tenant, int users) {
    List<CompletableFuture<?>> joined = new ArrayList<>();
    for (int i = 0; i < users; i++) {
      List<URI> urls = new ArrayList<>(cluster.urls());
      Collections.rotate(urls, -i);
      WsTestClient client = cluster.client(tenant, "user" + i, urls);
      members.add(new Member(tenant, "user" + i, client));
      joined.add(client.connect().thenCompose(in -> client.subscribe(TOPIC)));
    }
    CompletableFuture.allOf(joined.toArray(CompletableFuture[]::new))
        .orTimeout(TIMEOUT.toSeconds(), TimeUnit.SECONDS)
        .join();
  }

  static Thread daemon(Runnable task) {
    var thread = new Thread(task, "bystanders");
    thread.setDaemon(true);
    return thread;
  }

  /**
   * @param perSecond publications of all together, and as many requests by HTTP as half of that
   */
  public static Bystanders of(TestCluster cluster, int tenants, int users, int perSecond) {
    var all = new Bystanders(cluster, tenants, users);
    all.round(TIMEOUT);
    all.since = System.nanoTime();
    long period = TimeUnit.SECONDS.toNanos(1) / perSecond;
    all.clock.scheduleAtFixedRate(all::tick, 0, period, TimeUnit.NANOSECONDS);
    all.clock.scheduleAtFixedRate(all.http::publish, 0, 2 * period, TimeUnit.NANOSECONDS);
    return all;
  }

  /** Returns the tenant of one of them. */
  public String tenant() {
    return members.get(0).tenant;
  }

  private void tick() {
    publish(members.get(turn++ % members.size()));
  }

  private CompletableFuture<Position> publish(Member member) {
    var payload = Map.of("tenant", member.tenant, "user", member.user, "sent", System.nanoTime());
    open.incrementAndGet();
    return member
        .client
        .publish(TOPIC, "said", payload)
        .thenApply(done -> done.position())
        .whenComplete(
            (position, failure) -> {
              open.decrementAndGet();
              if (failure != null) {
                errors.add(member.user + ": publication failed: " + failure.getMessage());
              }
            });
  }

  /**
   * Everybody publishes once, over HTTP, too, and everybody gets it.
   *
   * @return how long that took
   */
  public Duration round(Duration patience) {
    long begin = System.nanoTime();
    List<CompletableFuture<Position>> published = members.stream().map(this::publish).toList();
    CompletableFuture<?> answered = http.publish();
    Awaitility.await("everybody publishes and reads")
        .atMost(patience)
        .pollDelay(Duration.ZERO)
        .pollInterval(POLL)
        .until(() -> answered.isDone() && hasAll(published));
    return Duration.ofNanos(System.nanoTime() - begin);
  }

  private boolean hasAll(List<CompletableFuture<Position>> published) {
    if (!published.stream().allMatch(CompletableFuture::isDone)) {
      return false;
    }
    Map<String, Long> last = new HashMap<>();
    for (int i = 0; i < members.size(); i++) {
      last.merge(members.get(i).tenant, seq(published.get(i)), Math::max);
    }
    return members.stream()
        .allMatch(member -> member.hasRead(last.getOrDefault(member.tenant, 0L)));
  }

  /** 0 if it failed, which is reported as an error anyway. */
  private static long seq(CompletableFuture<Position> published) {
    Position position = published.isCompletedExceptionally() ? null : published.join();
    return position == null ? 0 : position.seq();
  }

  /** Stops publishing; returns when all that was published is answered and read. */
  void settle() {
    clock.shutdownNow();
    Awaitility.await("all is answered")
        .atMost(TIMEOUT)
        .until(() -> open.get() == 0 && http.underWay() == 0);
    round(TIMEOUT);
  }

  /** Returns the times from publishing to reading, of events that were sent in this interval. */
  public Latencies deliveries(long from, long to) {
    return Latencies.of(
        members.stream()
            .flatMap(member -> member.client.ledger().all(Entry.Received.class).stream())
            .filter(got -> got.data().has("sent"))
            .filter(got -> isWithin(got.data().get("sent").asLong(), from, to))
            .mapToLong(got -> got.at() - got.data().get("sent").asLong()));
  }

  /** Returns the times of requests that were sent in this interval. */
  public Latencies requests(long from, long to) {
    return Latencies.of(
        http.answered().stream()
            .filter(one -> isWithin(one.sent(), from, to))
            .mapToLong(one -> one.took()));
  }

  private static boolean isWithin(long time, long from, long to) {
    return time - from >= 0 && time - to < 0;
  }

  /** Returns what was refused, broken, incomplete or somebody else's, if anything was. */
  public List<String> errors() {
    List<String> all = new ArrayList<>(errors);
    members.forEach(member -> all.addAll(errors(member)));
    return all;
  }

  private List<String> errors(Member member) {
    List<String> all = new ArrayList<>();
    for (Entry entry : member.client.ledger().all(Entry.class, one -> one.at() - since >= 0)) {
      if (entry instanceof Entry.Closed || entry instanceof Entry.Gap) {
        all.add(member.user + ": " + entry);
      } else if (entry instanceof Entry.Refused refused) {
        all.add(member.user + " was refused: " + refused.code());
      } else if (entry instanceof Entry.Received got && !isOwn(member, got.data())) {
        all.add(member + " got what is not its tenant's: " + got);
      }
    }
    return all;
  }

  private static boolean isOwn(Member member, JsonNode data) {
    return member.tenant.equals(data.path("tenant").asText());
  }

  @Override
  public void close() {
    clock.shutdownNow();
    members.forEach(member -> member.client.endSession());
    members.forEach(member -> member.client.close());
  }
}
