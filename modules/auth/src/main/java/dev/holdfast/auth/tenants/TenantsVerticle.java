package dev.holdfast.auth.tenants;

import dev.holdfast.core.Caller;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.bounds.Budget;
import dev.holdfast.core.bus.Bus;
import dev.holdfast.core.bus.Serving;
import dev.holdfast.redis.RedisConfig;
import dev.holdfast.redis.RedisLink;
import dev.holdfast.tenants.TenantGate;
import dev.holdfast.tenants.TenantMessage;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Serves {@link TenantMessage}s, and knows the states of all tenants. One instance per node, with a
 * link of its own. Its start completes when all that Redis has is known. State is touched on its
 * own context only, unless a method says otherwise.
 */
public final class TenantsVerticle extends VerticleBase
    implements TenantMessage.Handler<Future<?>>, TenantGate {
  /** Most tenants that were ever created or suspended. */
  static final int MOST = 100_000;

  private static final Duration LOOK = Duration.ofMillis(500);
  private static final Duration CHANGED = Duration.ofMillis(50);
  private static final Duration WALK = Duration.ofMinutes(10);
  private static final long START_PATIENCE_NS = Duration.ofSeconds(20).toNanos();

  private final Bus bus;
  private final RedisConfig redis;
  private final @Nullable String operators;
  private final MeterRegistry registry;
  private final Budget budget;
  private final KnownTenants known;
  private final List<Meter> meters = new ArrayList<>();
  private volatile Runnable changed = () -> {};
  private boolean changedWanted;
  private @Nullable Serving<?> consumer;
  private volatile @Nullable FollowedTenants following;

  @SuppressWarnings("NullAway.Init") // set by start()
  private TenantStore store;

  /**
   * @param operators their tenant, which can't be suspended; none if there are no operators
   */
  public TenantsVerticle(
      Bus bus,
      RedisConfig redis,
      TenantsConfig config,
      @Nullable String operators,
      MeterRegistry registry) {
    this.bus = bus;
    this.redis = redis;
    this.operators = operators;
    this.registry = registry;
    this.budget = new Budget(registry);
    long most = MOST * KnownTenants.RECORD_BYTES;
    this.known = new KnownTenants(config, operators, budget.share("tenants", most));
  }

  /**
   * Sets the action for tenants that may be refused from now on. It runs on this verticle's
   * context, within 50 ms after {@link #refusal} knows them, once for all of that time. Any thread.
   */
  public TenantsVerticle onChanged(Runnable action) {
    changed = action;
    return this;
  }

  @Override
  public Optional<ErrorCode> refusal(String tenant) {
    return known.refusal(tenant);
  }

  /**
   * Returns whether the states of tenants are known as of 10 s ago. If not, nobody should be let
   * in. Any thread.
   */
  public boolean isCurrent() {
    FollowedTenants now = following;
    return now != null && now.isCurrent();
  }

  @Override
  public Future<?> start() {
    long until = System.nanoTime() + START_PATIENCE_NS;
    return RedisLink.open(vertx, redis, "tenants", registry)
        .onSuccess(this::assemble)
        .compose(link -> first(until))
        .compose(read -> serve());
  }

  private void assemble(RedisLink link) {
    store = new TenantStore(link);
    var fresh = new FollowedTenants(store, known, this::look);
    following = fresh;
    link.onUp(slots -> fresh.doubt());
    meters.add(
        Gauge.builder("holdfast.tenants", known, KnownTenants::size)
            .description("tenants that were created or suspended")
            .strongReference(true)
            .register(registry));
    meters.add(
        Gauge.builder("holdfast.tenants.age", fresh, FollowedTenants::age)
            .description("seconds since the states of all tenants were known")
            .strongReference(true)
            .register(registry));
  }

  /** A Redis that is slow is waited for: nobody is let in before all is known. */
  private Future<Void> first(long until) {
    return reader()
        .look()
        .recover(
            failure ->
                System.nanoTime() > until
                    ? Future.failedFuture(failure)
                    : vertx.timer(LOOK.toMillis()).compose(now -> first(until)));
  }

  private FollowedTenants reader() {
    return Objects.requireNonNull(following);
  }

  private Future<?> serve() {
    vertx.setPeriodic(LOOK.toMillis(), tick -> reader().look());
    vertx.setPeriodic(WALK.toMillis(), tick -> reader().doubt());
    Serving<TenantMessage<?>> served =
        bus.serve(TenantMessage.ADDRESS, message -> message.dispatch(this));
    consumer = served;
    return served.completion();
  }

  @Override
  public Future<?> stop() {
    meters.forEach(registry::remove);
    budget.close();
    return consumer == null ? Future.succeededFuture() : consumer.unregister();
  }

  @Override
  public Future<TenantMessage.Tenant> change(TenantMessage.Change message) {
    check(message.caller());
    String tenant = message.tenant();
    if (message.act() == TenantMessage.Act.SUSPEND && tenant.equals(operators)) {
      throw HoldfastException.withPublicMessage(
          ErrorCode.FORBIDDEN, "tenant: that of the operators can't be suspended");
    }
    return store
        .change(tenant, message.act().name().toLowerCase(Locale.ROOT), MOST, known.newest(tenant))
        .compose(outcome -> outcome.full() ? full() : Future.succeededFuture(outcome.record()))
        .onSuccess(record -> took(message, record))
        .map(record -> view(tenant));
  }

  private static <T> Future<T> full() {
    return Future.failedFuture(
        HoldfastException.withPublicMessage(
            ErrorCode.LIMIT_EXCEEDED, "There are as many tenants as are kept."));
  }

  private void took(TenantMessage.Change message, @Nullable TenantRecord record) {
    known.note(message.tenant(), record);
    look();
  }

  @Override
  public Future<TenantMessage.Tenant> show(TenantMessage.Show message) {
    check(message.caller());
    return Future.succeededFuture(view(message.tenant()));
  }

  private TenantMessage.Tenant view(String tenant) {
    TenantRecord record = known.get(tenant);
    return record == null
        ? TenantRecord.none(tenant, known.refusal(tenant).isEmpty())
        : record.view();
  }

  @Override
  public Future<TenantMessage.Tenants> list(TenantMessage.ListTenants message) {
    check(message.caller());
    List<TenantRecord> found = known.after(message.after(), message.limit());
    boolean more = found.size() == message.limit();
    String next = more ? found.get(found.size() - 1).tenant() : null;
    return Future.succeededFuture(
        new TenantMessage.Tenants(found.stream().map(TenantRecord::view).toList(), next));
  }

  private static void check(Caller caller) {
    if (!(caller instanceof Caller.Service service) || !service.tenants().contains("*")) {
      throw HoldfastException.withPublicMessage(
          ErrorCode.FORBIDDEN, "for services that act for all tenants");
    }
  }

  /** The action looks at all connections: once for all changes of a short time. */
  private void look() {
    if (!changedWanted) {
      changedWanted = true;
      vertx.setTimer(
          CHANGED.toMillis(),
          timer -> {
            changedWanted = false;
            changed.run();
          });
    }
  }
}
