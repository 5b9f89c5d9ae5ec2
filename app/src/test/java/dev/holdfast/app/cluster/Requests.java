package dev.holdfast.app.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import dev.holdfast.core.bus.ServiceHost;
import dev.holdfast.testkit.client.WsTestClient;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/** Clients that ask a service the whole time; an answer must be that to the question. */
final class Requests implements AutoCloseable {
  private static final String SERVICE = "echo";
  private static final long PERIOD_MILLIS = 50;

  private final List<WsTestClient> clients;
  private final ServiceHost host;
  private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
  private final AtomicLong asked = new AtomicLong();
  private final AtomicLong newestAnswered = new AtomicLong(Long.MIN_VALUE);
  private final AtomicReference<String> wrong = new AtomicReference<>();

  Requests(BusService service, List<WsTestClient> clients) {
    this.clients = clients;
    this.host = new ServiceHost(service.bus(), SERVICE);
    host.method("say", (caller, data) -> Future.succeededFuture(data));
    Traffic.await(host.start().toCompletionStage().toCompletableFuture());
    clock.scheduleAtFixedRate(this::ask, 0, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
  }

  private void ask() {
    long number = asked.getAndIncrement();
    long at = System.nanoTime();
    clients
        .get((int) (number % clients.size()))
        .request(SERVICE, "say", Map.of("number", number))
        .thenAccept(answer -> answered(number, at, answer));
  }

  private void answered(long number, long at, JsonNode answer) {
    if (answer.path("number").asLong(-1) != number) {
      wrong.set("request " + number + " was answered with " + answer);
    }
    newestAnswered.accumulateAndGet(at, Math::max);
  }

  boolean answeredSince(long time) {
    return newestAnswered.get() - time > 0 && newestAnswered.get() != Long.MIN_VALUE;
  }

  List<String> violations() {
    return wrong.get() == null ? List.of() : List.of(wrong.get());
  }

  @Override
  public void close() {
    clock.shutdownNow();
    Traffic.await(host.stop().toCompletionStage().toCompletableFuture());
  }
}
