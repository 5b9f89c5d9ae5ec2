package dev.holdfast.auth.audit;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.channels.ChannelMessage;
import dev.holdfast.channels.ChannelMessage.Published;
import dev.holdfast.channels.ChannelMessage.Result;
import dev.holdfast.channels.PublishKeyed;
import dev.holdfast.connections.usage.UsageMessage.Erase;
import dev.holdfast.connections.usage.UsageMessage.Erased;
import dev.holdfast.core.Caller;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.audit.Origin;
import dev.holdfast.core.bus.Bus;
import dev.holdfast.core.bus.Serving;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which entries are written, at a channels service that keeps them in a list. */
class AuditLogTest {
  private static final String OPERATORS = "ops";
  private static final Origin ANN = new Origin(OPERATORS, false, "ann", "", "");
  private static final Caller ALL =
      new Caller.Service("operator", "http", Set.of("*"), Set.of("*"));

  private final Vertx vertx = Vertx.vertx();
  private final Bus bus = new Bus(vertx);
  private final Queue<PublishKeyed> written = new ConcurrentLinkedQueue<>();
  private final AuditLog log = new AuditLog(bus, () -> "n1", OPERATORS, new SimpleMeterRegistry());

  @BeforeEach
  void serve() throws Exception {
    Serving<ChannelMessage<?>> channels = bus.serve(ChannelMessage.ADDRESS, this::publish);
    get(channels.completion());
  }

  private Future<Published> publish(ChannelMessage<?> message) {
    written.add((PublishKeyed) message);
    return Future.succeededFuture(new Published(List.of(Result.stored(null, false))));
  }

  @AfterEach
  void stop() throws Exception {
    get(vertx.close());
  }

  /** Whoever polls without a permission hid what operators did, or may have done. */
  @Test
  void refusalsTakeNoPlaceOfWhatMayBeDone() throws Exception {
    for (int i = 0; i < 2 * Pace.BURST; i++) {
      get(log.refused("nodes.show", null, ANN));
    }
    var late = new HoldfastException(ErrorCode.TIMEOUT, "no answer");

    assertThrows(
        ExecutionException.class,
        () -> get(log.saw(erase("acme"), ANN, Future.failedFuture(late))));
    awaitWritten(Pace.BURST + 1);

    PublishKeyed last = List.copyOf(written).get(Pace.BURST);
    assertEquals("erase", last.entries().get(0).event());
    JsonObject data = new JsonObject(last.entries().get(0).data());
    assertEquals("unknown", data.getString("outcome"));
    assertNull(data.getInteger("missed"));
  }

  /** Each pass would find the entry of the one before, and never be the last. */
  @Test
  void theOperatorsLogGoesWithoutAnEntryOfThat() throws Exception {
    get(log.saw(erase(OPERATORS), ANN, Future.succeededFuture(erased())));
    assertTrue(written.isEmpty(), written.toString());

    get(log.saw(erase("acme"), ANN, Future.succeededFuture(erased())));
    assertEquals(1, written.size());
    assertEquals(OPERATORS, written.remove().channel().tenant());
  }

  private static Erase erase(String tenant) {
    return new Erase(ALL, tenant, null, null, "");
  }

  private static Erased erased() {
    return new Erased(0, 0, 0, 1, Map.of(), null);
  }

  private void awaitWritten(int count) {
    await().until(() -> written.size() == count);
  }

  private static <T> T get(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
  }
}
