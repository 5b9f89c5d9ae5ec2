package dev.holdfast.loadtest.worker.clients;

import dev.holdfast.auth.TokenSigner;
import dev.holdfast.auth.config.AuthConfig;
import dev.holdfast.core.Caller;
import dev.holdfast.loadtest.plan.Plan;
import dev.holdfast.loadtest.worker.ledger.EventReader;
import dev.holdfast.loadtest.worker.measure.AnswerText;
import dev.holdfast.loadtest.worker.measure.Clock;
import dev.holdfast.loadtest.worker.measure.Share;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The parts that all clients of one event loop share. Confined to it. */
final class ClientLoop {
  private static final int CONNECTIONS = 1 << 20;
  private static final int FRAME_LIMIT = 1 << 20;
  private static final int CONNECT_MS = 5_000;
  private static final int AT_ONCE = 64;
  private static final Duration LONGER_THAN_A_RUN = Duration.ofDays(2);
  private static final Set<String> PERMISSIONS =
      Set.of("subscribe:topic:*", "run:" + AnswerText.AGENT);

  final Plan plan;
  final Clock clock;
  final WebSocketClient sockets;
  final RunStarts starts;
  final Connection.Scratch scratch = new Connection.Scratch();
  final EventReader events = new EventReader();
  final LoopCounters counters = new LoopCounters();
  final Connects connects;
  final Timers timers;
  private final Vertx vertx;
  private final @Nullable TokenSigner signer;

  ClientLoop(Vertx vertx, Plan plan, Share share, Clock clock) {
    this.vertx = vertx;
    this.plan = plan;
    this.clock = clock;
    this.timers = new Timers(clock, counters.errors);
    this.sockets =
        vertx.createWebSocketClient(
            new WebSocketClientOptions()
                .setMaxConnections(CONNECTIONS)
                .setMaxFrameSize(FRAME_LIMIT)
                .setMaxMessageSize(FRAME_LIMIT)
                .setConnectTimeout(CONNECT_MS));
    this.starts = new RunStarts(vertx);
    this.connects =
        new Connects(
            plan.connectRate() / share.workers() / share.loops(),
            Math.max(1, AT_ONCE / share.loops()),
            (double) share.loop() / share.loops());
    String secret = plan.address().secret();
    this.signer = secret == null ? null : new TokenSigner(secret, AuthConfig.DEFAULTS);
  }

  /** Closes what is open, and reports nothing. */
  Future<Void> close() {
    starts.close();
    return sockets.close();
  }

  /** Runs the task on the loop, not within what runs now. */
  void next(Runnable task) {
    vertx.runOnContext(now -> task.run());
  }

  String token(String tenant, String user) {
    String given = plan.address().token();
    if (given != null) {
      return given;
    }
    if (signer == null) {
      throw new IllegalStateException("neither a token nor a secret");
    }
    return signer.sign(new Caller.User(tenant, user, Set.of(), PERMISSIONS), LONGER_THAN_A_RUN);
  }
}
