package dev.holdfast.gateway;

import static dev.holdfast.gateway.GatewayFixture.get;
import static org.awaitility.Awaitility.await;

import dev.holdfast.auth.TokenVerifier;
import dev.holdfast.auth.Verified;
import dev.holdfast.channels.ChannelsClient;
import dev.holdfast.channels.ChannelsConfig;
import dev.holdfast.channels.HubVerticle;
import dev.holdfast.core.Bus;
import dev.holdfast.core.Caller;
import dev.holdfast.core.NodeId;
import dev.holdfast.core.NodeInbox;
import dev.holdfast.gateway.admission.Admission;
import dev.holdfast.gateway.admission.Client;
import dev.holdfast.limits.Limiter;
import dev.holdfast.limits.NodeMemory;
import dev.holdfast.protocol.CloseCode;
import dev.holdfast.protocol.EncodedFrame;
import dev.holdfast.redis.RedisConfig;
import dev.holdfast.sessions.Answer;
import dev.holdfast.sessions.SessionMessage.StoreCursors;
import dev.holdfast.sessions.SessionRef;
import dev.holdfast.sessions.SessionsClient;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A store that fails at once: here nobody serves it. */
class CursorBatcherTest {
  /** A full batch, which is sent while the others are being gone through. */
  private static final int SESSIONS = 200;

  private final Vertx vertx = Vertx.vertx();
  private final Bus bus = new Bus(vertx);
  private final NodeId node = new NodeId("n1", 1);
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final SessionsClient sessions = SessionsClient.local(bus, Duration.ofSeconds(10));
  private final Context context = vertx.getOrCreateContext();
  private final AtomicInteger stored = new AtomicInteger();

  @AfterEach
  void close() {
    get(vertx.close());
  }

  /** No transport: nothing is sent, and nothing comes. */
  private static final class Nowhere implements Transport, Outbound {
    @Override
    public Outbound outbound(Connection connection) {
      return this;
    }

    @Override
    public void open(Connection connection) {}

    @Override
    public void pause(Hold why) {}

    @Override
    public void resume(Hold why) {}

    @Override
    public Client client() {
      return null;
    }

    @Override
    public void known() {}

    @Override
    public void greeted() {}

    @Override
    public int asked() {
      return 0;
    }

    @Override
    public boolean answers() {
      return false;
    }

    @Override
    public void close(CloseCode code, String reason) {}

    @Override
    public boolean writable() {
      return true;
    }

    @Override
    public void send(EncodedFrame frame) {}

    @Override
    public void close() {}

    @Override
    public void cut() {}

    @Override
    public long blockedSince() {
      return 0;
    }

    @Override
    public long saidAt() {
      return System.nanoTime();
    }
  }

  private GatewayServices services() {
    var hub =
        new HubVerticle(
            bus,
            new NodeInbox(bus, node),
            RedisConfig.of("redis://127.0.0.1:1"),
            ChannelsConfig.DEFAULT,
            registry);
    return new GatewayServices(
        node,
        TokenVerifier.of(GatewayFixture.AUTH),
        sessions,
        ChannelsClient.local(bus, Duration.ofSeconds(5)),
        hub::fanout,
        new ConnectionDirectory(registry),
        registry,
        new HealthChecks(Map.of(), Map.of(), Map.of()),
        new Admission(GatewayConfig.DEFAULTS.sockets(), registry),
        () -> true,
        Limiter.UNLIMITED,
        NodeMemory.of(registry));
  }

  private List<LiveSession> live() {
    var loop = new GatewayLoop(context, GatewayConfig.DEFAULTS, services());
    var connection = new Connection(loop, new Nowhere(), null);
    var verified = new Verified(new Caller.User("acme", "ann", Set.of(), Set.of()), 0);
    return IntStream.range(0, SESSIONS)
        .mapToObj(i -> new LiveSession(connection, verified, new SessionRef("acme", "s" + i, 1)))
        .toList();
  }

  private void onLoop(Runnable step) {
    Promise<Void> done = Promise.promise();
    context.runOnContext(
        now ->
            Future.<Void>succeededFuture()
                .<Void>map(
                    nothing -> {
                      step.run();
                      return null;
                    })
                .onComplete(done));
    get(done.future());
  }

  private Future<Answer.Unheld> store(StoreCursors message) {
    stored.addAndGet(message.entries().size());
    return Future.succeededFuture(new Answer.Unheld(List.of()));
  }

  /**
   * Those of a full batch were put back among what was just being given up, so that their cursors
   * were stored with the detach, or never.
   */
  @Test
  void whatCanNotBeStoredAtOnceGoesWithTheNextFlush() {
    var cursors = new CursorBatcher(sessions);
    onLoop(
        () -> {
          live().forEach(cursors::moved);
          cursors.flush();
        });
    get(bus.<StoreCursors>serve("sessions", this::store).completion());

    onLoop(cursors::flush);

    await().until(() -> stored.get() == SESSIONS);
  }
}
