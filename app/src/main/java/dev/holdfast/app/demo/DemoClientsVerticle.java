package dev.holdfast.app.demo;

import dev.holdfast.auth.AuthConfig;
import dev.holdfast.auth.TokenSigner;
import dev.holdfast.core.Caller;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;

/** All clients of the demo, on one event loop; reports four times a second. */
final class DemoClientsVerticle extends VerticleBase {
  private static final long REPORT_MS = 250;
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int CONNECTS_AT_ONCE = 25;
  private static final long CONNECT_PAUSE_MS = 50;

  private final List<URI> urls;
  private final String secret;
  private final int count;
  private final Consumer<Reports.Clients> parent;
  private final List<DemoClient> clients = new ArrayList<>();
  private final DemoTimes times = new DemoTimes();
  private Map<String, Long> totals;
  private long finishBy;

  DemoClientsVerticle(List<URI> urls, String secret, int count, Consumer<Reports.Clients> parent) {
    this.urls = urls;
    this.secret = secret;
    this.count = count;
    this.parent = parent;
  }

  @Override
  public Future<?> start() {
    var options = new WebSocketClientOptions().setMaxConnections(count + 1);
    WebSocketClient sockets = vertx.createWebSocketClient(options);
    var signer = new TokenSigner(secret, AuthConfig.DEFAULTS);
    for (int i = 0; i < count; i++) {
      clients.add(new DemoClient(vertx, sockets, user(i, signer), times));
    }
    connect(0);
    vertx.setPeriodic(REPORT_MS, timer -> parent.accept(report()));
    return Future.succeededFuture();
  }

  /**
   * Nothing more will be published: reports {@code complete} when all of it is there. Any thread.
   */
  void finish(Map<String, Long> published) {
    context.runOnContext(
        now -> {
          totals = published;
          finishBy = System.nanoTime() + PATIENCE.toNanos();
        });
  }

  private void connect(int from) {
    int to = Math.min(clients.size(), from + CONNECTS_AT_ONCE);
    clients.subList(from, to).forEach(DemoClient::connect);
    if (to < clients.size()) {
      vertx.setTimer(CONNECT_PAUSE_MS, timer -> connect(to));
    }
  }

  private DemoUser user(int i, TokenSigner signer) {
    String name = DemoScript.user(i);
    String topic = DemoScript.topicOf(i);
    var caller = new Caller.User(DemoScript.TENANT, name, Set.of(), Set.of("subscribe:topic:*"));
    var ownOrder = new ArrayList<>(urls);
    Collections.rotate(ownOrder, -i);
    return new DemoUser(
        ownOrder,
        signer.sign(caller, Duration.ofHours(1)),
        topic,
        Set.of("tenant", "user:" + name, topic));
  }

  private Reports.Clients report() {
    Map<String, Integer> attached = new TreeMap<>();
    clients.stream()
        .filter(client -> client.node != null)
        .forEach(client -> attached.merge(client.node, 1, Integer::sum));
    int away = count - attached.values().stream().mapToInt(Integer::intValue).sum();
    long lost = sum(this::lost);
    boolean complete = totals != null && (lost == 0 && away == 0 || System.nanoTime() > finishBy);
    return new Reports.Clients(
        attached,
        away,
        sum(client -> ledgers(client, Ledger::received)),
        lost,
        sum(client -> ledgers(client, Ledger::duplicated)),
        sum(client -> ledgers(client, Ledger::outOfOrder)),
        times.interruptions(),
        times.resumed(),
        times.restarted() + sum(client -> client.refused ? 1 : 0),
        sum(client -> client.gaps),
        times.resumeMillis(),
        clients.stream().allMatch(DemoClient::ready),
        complete);
  }

  private long lost(DemoClient client) {
    long lost = 0;
    for (var ledger : client.ledgers.entrySet()) {
      long published = totals == null ? 0 : totals.getOrDefault(ledger.getKey(), 0L);
      lost += ledger.getValue().lost(published);
    }
    return lost;
  }

  private long sum(ToLongFunction<DemoClient> of) {
    return clients.stream().mapToLong(of).sum();
  }

  private static long ledgers(DemoClient client, ToLongFunction<Ledger> of) {
    return client.ledgers.values().stream().mapToLong(of).sum();
  }
}
