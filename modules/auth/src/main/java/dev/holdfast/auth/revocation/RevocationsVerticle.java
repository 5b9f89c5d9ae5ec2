package dev.holdfast.auth.revocation;

import dev.holdfast.auth.Verified;
import dev.holdfast.auth.config.AuthConfig;
import dev.holdfast.core.Caller;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.bounds.Budget;
import dev.holdfast.core.bus.Bus;
import dev.holdfast.core.bus.Serving;
import dev.holdfast.files.FileMessage;
import dev.holdfast.redis.RedisConfig;
import dev.holdfast.redis.RedisLink;
import dev.holdfast.tokens.RevocationMessage;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves {@link RevocationMessage}s, and knows the revocations of all nodes. One instance per node,
 * with a link of its own. Its start completes when all that Redis has is known. State is touched on
 * its own context only, unless a method says otherwise.
 */
public final class RevocationsVerticle extends VerticleBase
    implements RevocationMessage.Handler<Future<?>> {
  private static final Logger LOG = LoggerFactory.getLogger(RevocationsVerticle.class);

  /** Most revocations of all tenants. One for a whole tenant is always accepted, up to twice it. */
  static final int MOST = 100_000;

  /** Most revocations of one tenant. */
  static final int MOST_OF_TENANT = MOST / 2;

  /** Time by which clocks may differ, and a revocation is kept longer. */
  private static final Duration MARGIN = Duration.ofMinutes(10);

  /** The longest that something lives which was made with a token: a ticket for a file. */
  private static final Duration TRACE = FileMessage.LONGEST_TICKET;

  private static final Duration LOOK = Duration.ofMillis(500);
  private static final Duration MORE = Duration.ofMillis(50);
  private static final Duration SWEEP = Duration.ofMinutes(1);
  private static final Duration WALK = Duration.ofMinutes(10);
  private static final long START_PATIENCE_NS = Duration.ofSeconds(20).toNanos();
  private static final long FUTURE_SECONDS = 300;

  /** By which the clock of a node may be behind, and a single token seem older than it is. */
  private static final long APART_SECONDS = 10;

  private final Bus bus;
  private final RedisConfig redis;
  private final Duration keep;
  private final MeterRegistry registry;
  private final Budget budget;
  private final Revocations known;
  private final List<Meter> meters = new ArrayList<>();
  private volatile Runnable more = () -> {};
  private boolean moreWanted;
  private @Nullable Serving<?> consumer;
  private volatile @Nullable Following following;

  @SuppressWarnings("NullAway.Init") // set by start()
  private RevocationStore store;

  public RevocationsVerticle(
      Bus bus, RedisConfig redis, AuthConfig config, MeterRegistry registry) {
    this.bus = bus;
    this.redis = redis;
    Duration longest = config.longestLife().compareTo(TRACE) < 0 ? TRACE : config.longestLife();
    this.keep = longest.plus(config.leeway()).plus(MARGIN);
    this.registry = registry;
    this.budget = new Budget(registry);
    long most = MOST * Revocations.ENTRY_BYTES;
    this.known = new Revocations(config.leeway().toSeconds(), budget.share("revocations", most));
  }

  /**
   * Sets the action for more tokens that are refused from now on. It runs on this verticle's
   * context, within 50 ms after {@link #has} knows them, once for all of that time. Any thread.
   */
  public RevocationsVerticle onMore(Runnable action) {
    more = action;
    return this;
  }

  /** Returns whether a token is revoked. Any thread. */
  public boolean has(Verified token) {
    return known.has(token);
  }

  /**
   * Returns whether what is revoked is known as of 10 s ago. If not, nobody should be let in. Any
   * thread.
   */
  public boolean isCurrent() {
    Following now = following;
    return now != null && now.isCurrent();
  }

  @Override
  public Future<?> start() {
    long until = System.nanoTime() + START_PATIENCE_NS;
    return RedisLink.open(vertx, redis, "auth", registry)
        .onSuccess(this::assemble)
        .compose(link -> first(until))
        .compose(read -> serve());
  }

  private void assemble(RedisLink link) {
    store = new RevocationStore(link, keep.plus(MARGIN));
    var fresh = new Following(context, store, known, this::refuseMore);
    following = fresh;
    link.onUp(slots -> fresh.doubt());
    measure(fresh);
  }

  private void measure(Following fresh) {
    meters.add(
        Gauge.builder("holdfast.revocations", known, Revocations::size)
            .description("revocations that this node knows")
            .strongReference(true)
            .register(registry));
    meters.add(
        Gauge.builder("holdfast.revocations.age", fresh, Following::age)
            .description("seconds since all revocations were known")
            .strongReference(true)
            .register(registry));
  }

  /** A Redis that is slow is waited for: nobody is let in before all is known. */
  private Future<Void> first(long until) {
    Following reader = Objects.requireNonNull(following);
    return reader
        .look()
        .recover(
            failure ->
                System.nanoTime() > until
                    ? Future.failedFuture(failure)
                    : vertx.timer(LOOK.toMillis()).compose(now -> first(until)));
  }

  private Future<?> serve() {
    vertx.setPeriodic(LOOK.toMillis(), tick -> look());
    vertx.setPeriodic(SWEEP.toMillis(), tick -> sweep());
    vertx.setPeriodic(WALK.toMillis(), tick -> Objects.requireNonNull(following).doubt());
    Serving<RevocationMessage<?>> served =
        bus.serve(RevocationMessage.ADDRESS, message -> message.dispatch(this));
    consumer = served;
    return served.completion();
  }

  private void look() {
    Following reader = following;
    if (reader != null) {
      reader.look();
    }
  }

  private void sweep() {
    remove(known.forgetPast(System.currentTimeMillis()));
  }

  private void remove(List<String> ids) {
    store
        .remove(ids)
        .onFailure(failure -> LOG.debug("old revocations stay: {}", failure.getMessage()));
  }

  @Override
  public Future<?> stop() {
    meters.forEach(registry::remove);
    budget.close();
    return consumer == null ? Future.succeededFuture() : consumer.unregister();
  }

  @Override
  public Future<RevocationMessage.Revoked> revoke(RevocationMessage.Revoke message) {
    check(message);
    long now = System.currentTimeMillis();
    long kept =
        message.token() != null && message.endsAt() > 0
            ? Math.min(now + keep.toMillis(), endOfTraces(now, message.endsAt()))
            : now + keep.toMillis();
    // A single token is meant whenever it was issued: one of the tenant does not contain it.
    long until =
        message.token() == null
            ? message.issuedUntil()
            : Math.max(message.issuedUntil(), now / 1_000 + APART_SECONDS);
    var wanted = Revocation.of(message.tenant(), message.user(), message.token(), until, kept);
    return add(wanted)
        .onSuccess(noted -> took(noted, message.caller()))
        .map(noted -> new RevocationMessage.Revoked(noted.revocation().keptUntil()));
  }

  /** Returns when neither a token nor what was made with it is good any more. */
  private static long endOfTraces(long now, long tokenEnds) {
    return Math.max(tokenEnds, now + TRACE.toMillis()) + MARGIN.toMillis();
  }

  private static void check(RevocationMessage.Revoke message) {
    Caller caller = message.caller();
    boolean may = caller instanceof Caller.Service || caller.permits("tokens", "revoke");
    if (!may || !caller.actsFor(message.tenant())) {
      throw HoldfastException.withPublicMessage(ErrorCode.FORBIDDEN, "needs tokens:revoke");
    }
    if (message.issuedUntil() > System.currentTimeMillis() / 1_000 + FUTURE_SECONDS) {
      throw HoldfastException.withPublicMessage(
          ErrorCode.BAD_REQUEST, "issuedUntil: not in the future");
    }
  }

  private Future<Noted> add(Revocation wanted) {
    Noted before = known.like(wanted);
    if (before != null && before.revocation().covers(wanted)) {
      return Future.succeededFuture(before);
    }
    boolean ofTenant = wanted.isOfTenant();
    if (!ofTenant && before == null && known.size(wanted.tenant()) >= MOST_OF_TENANT) {
      return Future.failedFuture(full());
    }
    return store
        .add(
            before == null ? wanted : wanted.with(before.revocation()),
            before,
            ofTenant ? 2 * MOST : MOST)
        .compose(
            noted -> noted == null ? Future.failedFuture(full()) : Future.succeededFuture(noted));
  }

  private static HoldfastException full() {
    return HoldfastException.withPublicMessage(
        ErrorCode.LIMIT_EXCEEDED,
        "There are as many revocations as are kept; one for the whole tenant replaces them.");
  }

  private void took(Noted noted, Caller caller) {
    if (known.note(noted)) {
      LOG.debug("{} {} is revoked by {}", noted.revocation(), noted.id(), caller);
      refuseMore();
    }
    if (noted.revocation().isOfTenant()) {
      remove(known.forgetWithin(noted.revocation()));
    }
  }

  /** The action looks at all connections: once for all revocations of a short time. */
  private void refuseMore() {
    if (!moreWanted) {
      moreWanted = true;
      vertx.setTimer(
          MORE.toMillis(),
          timer -> {
            moreWanted = false;
            more.run();
          });
    }
  }
}
