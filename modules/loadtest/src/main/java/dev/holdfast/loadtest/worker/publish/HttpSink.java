package dev.holdfast.loadtest.worker.publish;

import dev.holdfast.auth.TokenSigner;
import dev.holdfast.auth.config.AuthConfig;
import dev.holdfast.core.Caller;
import dev.holdfast.core.Channel;
import dev.holdfast.loadtest.plan.Plan;
import dev.holdfast.loadtest.worker.measure.Clock;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.PoolOptions;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * {@code POST /v1/publish}, as a service of the tenant: one request under way per channel, with all
 * that is due there. Confined to one event loop.
 */
final class HttpSink implements PublicationSink {
  private static final int CONNECTIONS = 128;
  private static final int CONNECT_MS = 2_000;
  private static final int QUEUE = 100_000;
  private static final Duration LONGER_THAN_A_RUN = Duration.ofDays(2);
  private static final Set<String> PERMISSIONS = Set.of("service:load", "publish:*");

  private final Vertx vertx;
  private final Plan plan;
  private final Clock clock;
  private final HttpClient http;
  private final Map<Channel, HttpLane> lanes = new HashMap<>();
  private final Map<String, String> tokens = new HashMap<>();

  HttpSink(Vertx vertx, Plan plan, Clock clock) {
    this.vertx = vertx;
    this.plan = plan;
    this.clock = clock;
    this.http =
        vertx.createHttpClient(
            new HttpClientOptions().setConnectTimeout(CONNECT_MS),
            new PoolOptions().setHttp1MaxSize(CONNECTIONS).setMaxWaitQueueSize(QUEUE));
  }

  @Override
  public Future<?> publish(Publication publication) {
    return lanes
        .computeIfAbsent(publication.channel().channel, this::lane)
        .publish(publication, clock.micros());
  }

  private HttpLane lane(Channel channel) {
    String token = tokens.computeIfAbsent(channel.tenant(), this::token);
    var target = new HttpTarget(http, plan.address().urls(), lanes.size(), token);
    return new HttpLane(vertx, target, clock, plan.run() + "/" + channel.name());
  }

  private String token(String tenant) {
    if (plan.address().token() != null) {
      return plan.address().token();
    }
    var caller = new Caller.User(tenant, "load", Set.of(), PERMISSIONS);
    return new TokenSigner(plan.address().neededSecret(), AuthConfig.DEFAULTS)
        .sign(caller, LONGER_THAN_A_RUN);
  }

  @Override
  public void close() {
    lanes.values().forEach(HttpLane::giveUp);
    http.close();
  }
}
