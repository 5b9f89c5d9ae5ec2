package dev.holdfast.nodes.usage;

import dev.holdfast.connections.usage.UsageMessage;
import dev.holdfast.connections.usage.UsageMessage.Days;
import dev.holdfast.connections.usage.UsageMessage.DaysUsed;
import dev.holdfast.connections.usage.UsageMessage.Erase;
import dev.holdfast.connections.usage.UsageMessage.Erased;
import dev.holdfast.connections.usage.UsageMessage.Export;
import dev.holdfast.connections.usage.UsageMessage.Exported;
import dev.holdfast.connections.usage.UsageMessage.LeaveExport;
import dev.holdfast.connections.usage.UsageMessage.Left;
import dev.holdfast.connections.usage.UsageMessage.Show;
import dev.holdfast.connections.usage.UsageMessage.Usage;
import dev.holdfast.core.Caller;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.bus.Bus;
import dev.holdfast.core.bus.ServiceClient;
import dev.holdfast.core.bus.Serving;
import dev.holdfast.redis.Keys;
import dev.holdfast.redis.RedisConfig;
import dev.holdfast.redis.RedisLink;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.time.LocalDate;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves {@link UsageMessage}s, one instance per node, on a link of its own. Holds what its last
 * walk found, and that of one under way.
 */
public final class UsageVerticle extends VerticleBase implements UsageMessage.Handler<Future<?>> {
  private static final Logger LOG = LoggerFactory.getLogger(UsageVerticle.class);
  private static final long PATIENCE_MS = 3_000;
  private static final long FRESH_MS = 60_000;

  private final Bus bus;
  private final RedisConfig redis;
  private final ServiceClient services;
  private final MeterRegistry registry;

  @SuppressWarnings("NullAway.Init") // set by start(), which may fail before
  private RedisLink link;

  @SuppressWarnings("NullAway.Init") // as the link
  private Exports exports;

  private @Nullable Serving<?> consumer;
  private @Nullable UsageWalk walk;
  private boolean outdated;

  /**
   * @param services asks the sessions and files services of this process
   */
  public UsageVerticle(Bus bus, RedisConfig redis, ServiceClient services, MeterRegistry registry) {
    this.bus = bus;
    this.redis = redis;
    this.services = services;
    this.registry = registry;
  }

  @Override
  public Future<?> start() {
    return RedisLink.open(vertx, redis, "usage", registry).compose(this::serve);
  }

  private Future<?> serve(RedisLink opened) {
    link = opened;
    exports = new Exports(vertx, link, registry);
    Serving<UsageMessage<?>> served =
        bus.serve(UsageMessage.ADDRESS, message -> message.dispatch(this));
    consumer = served;
    return served.completion();
  }

  @Override
  public Future<?> stop() {
    Future<Void> unregistered = consumer == null ? Future.succeededFuture() : consumer.unregister();
    if (exports != null) {
      exports.close();
    }
    Future<Void> closed = link == null ? Future.succeededFuture() : link.close();
    return Future.join(unregistered, closed);
  }

  /** Answers after some seconds what a walk that is under way has found. */
  @Override
  public Future<Usage> show(Show message) {
    check(message.caller());
    if (walk == null || walk.isOver(outdated ? 0 : FRESH_MS)) {
      outdated = false;
      walk = new UsageWalk(new KeyWalk(vertx, link, "hf:*"), link);
    }
    UsageWalk asked = walk;
    Future<Void> late = vertx.timer(PATIENCE_MS).mapEmpty();
    return Future.any(asked.done(), late)
        .compose(
            some ->
                asked.done().failed()
                    ? Future.failedFuture(asked.done().cause())
                    : Future.succeededFuture(asked.usage(message.tenant(), message.limit())));
  }

  @Override
  public Future<Erased> erase(Erase message) {
    check(message.caller());
    String what =
        message.user() != null
            ? " user " + message.user()
            : message.channel() != null ? " channel " + message.channel() : "";
    outdated = true; // or what is erased would be shown for a minute
    var mark = new ErasureMark(link, message.tenant());
    Future<Erased> done =
        mark.begin().compose(marked -> new Erasing(link, services, message).step(vertx));
    return done.eventually(() -> mark.end(done.succeeded() && done.result().next() == null))
        .onSuccess(
            step ->
                LOG.warn(
                    "Erased of tenant {}{}: {} sessions, {} files, {} runs, {} keys{}",
                    message.tenant(),
                    what,
                    step.sessions(),
                    step.files(),
                    step.runs(),
                    step.keys(),
                    step.next() == null ? ", all" : ""));
  }

  @Override
  public Future<Exported> export(Export message) {
    check(message.caller());
    return exports.next(message);
  }

  @Override
  public Future<Left> leave(LeaveExport message) {
    check(message.caller());
    return Future.succeededFuture(new Left(exports.leave(message.export())));
  }

  @Override
  public Future<DaysUsed> days(Days message) {
    check(message.caller());
    return link.send("HGETALL", Keys.used(message.tenant()))
        .map(fields -> UsedDays.of(fields, message.days(), LocalDate.now(ZoneOffset.UTC)));
  }

  private static void check(Caller caller) {
    if (!(caller instanceof Caller.Service service) || !service.tenants().contains("*")) {
      throw new HoldfastException(ErrorCode.FORBIDDEN, "usage: for who acts for all tenants");
    }
  }
}
