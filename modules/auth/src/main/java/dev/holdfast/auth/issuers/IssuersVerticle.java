package dev.holdfast.auth.issuers;

import dev.holdfast.auth.TrustedIssuers;
import dev.holdfast.auth.config.IssuerConfig;
import dev.holdfast.auth.config.IssuerSettings;
import dev.holdfast.core.Caller;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.bounds.Budget;
import dev.holdfast.core.bus.Bus;
import dev.holdfast.core.bus.Serving;
import dev.holdfast.redis.RedisConfig;
import dev.holdfast.redis.RedisLink;
import dev.holdfast.tokens.IssuerMessage;
import dev.holdfast.tokens.IssuerMessage.Issuer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves {@link IssuerMessage}s, and has a node's {@link TrustedIssuers} follow them. One instance
 * per node, with a link of its own. Its start completes when all that Redis has is known. State is
 * touched on its own context only, unless a method says otherwise.
 */
public final class IssuersVerticle extends VerticleBase
    implements IssuerMessage.Handler<Future<?>> {
  private static final Logger LOG = LoggerFactory.getLogger(IssuersVerticle.class);

  private static final Duration LOOK = Duration.ofMillis(500);
  private static final Duration WALK = Duration.ofMinutes(10);
  private static final long START_PATIENCE_NS = Duration.ofSeconds(20).toNanos();
  private static final int LARGEST_PAGE = 1024 * 1024;

  /** Of all settings that there may be, with their names. */
  private static final long MOST_BYTES =
      IssuerStore.MOST * (2L * IssuerSettings.LONGEST + 4L * IssuerMessage.LONGEST_NAME);

  private final Bus bus;
  private final RedisConfig redis;
  private final TrustedIssuers trusted;
  private final @Nullable String operators;
  private final MeterRegistry registry;
  private final Budget budget;
  private final KnownIssuers known;
  private final List<Meter> meters = new ArrayList<>();
  private volatile Runnable changed = () -> {};
  private @Nullable Serving<?> consumer;
  private volatile @Nullable FollowedIssuers following;

  @SuppressWarnings("NullAway.Init") // set by start()
  private IssuerStore store;

  /**
   * @param trusted gets all issuers that were added
   * @param operators their tenant, which no added issuer may name; none if there are no operators
   */
  public IssuersVerticle(
      Bus bus,
      RedisConfig redis,
      TrustedIssuers trusted,
      @Nullable String operators,
      MeterRegistry registry) {
    this.bus = bus;
    this.redis = redis;
    this.trusted = trusted;
    this.operators = operators;
    this.registry = registry;
    this.budget = new Budget(registry);
    this.known = new KnownIssuers(budget.share("issuers", MOST_BYTES));
  }

  /**
   * Sets the action for issuers that may be trusted no longer. It runs on this verticle's context.
   * Any thread.
   */
  public IssuersVerticle onChanged(Runnable action) {
    changed = action;
    return this;
  }

  /**
   * Returns whether the issuers are known as of 10 s ago. If not, nobody should be let in. Any
   * thread.
   */
  public boolean isCurrent() {
    FollowedIssuers now = following;
    return now != null && now.isCurrent();
  }

  @Override
  public Future<?> start() {
    long until = System.nanoTime() + START_PATIENCE_NS;
    return RedisLink.open(vertx, redis, "issuers", registry)
        .onSuccess(this::assemble)
        .compose(link -> first(until))
        .compose(read -> serve());
  }

  private void assemble(RedisLink link) {
    store = new IssuerStore(link);
    var fresh = new FollowedIssuers(store, known, this::apply);
    following = fresh;
    link.onUp(slots -> fresh.doubt());
    meters.add(
        Gauge.builder("holdfast.issuers", known, all -> all.live().size())
            .description("issuers that were added")
            .strongReference(true)
            .register(registry));
    meters.add(
        Gauge.builder("holdfast.issuers.age", fresh, FollowedIssuers::age)
            .description("seconds since all issuers that were added were known")
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

  private FollowedIssuers reader() {
    return Objects.requireNonNull(following);
  }

  private Future<?> serve() {
    vertx.setPeriodic(LOOK.toMillis(), tick -> reader().look());
    vertx.setPeriodic(WALK.toMillis(), tick -> reader().doubt());
    Serving<IssuerMessage<?>> served =
        bus.serve(IssuerMessage.ADDRESS, message -> message.dispatch(this));
    consumer = served;
    return served.completion();
  }

  @Override
  public Future<?> stop() {
    meters.forEach(registry::remove);
    budget.close();
    return consumer == null ? Future.succeededFuture() : consumer.unregister();
  }

  private void apply() {
    if (trusted.follow(known.usable(), operators)) {
      changed.run();
    }
  }

  @Override
  public Future<Issuer> put(IssuerMessage.Put message) {
    check(message.caller());
    IssuerConfig issuer = read(message.settings());
    refuseConfigured(issuer.issuer());
    return change(message.caller(), issuer.issuer(), IssuerSettings.write(issuer))
        .map(record -> view(Objects.requireNonNull(record, "it was added")));
  }

  @Override
  public Future<IssuerMessage.Removed> remove(IssuerMessage.Remove message) {
    check(message.caller());
    refuseConfigured(message.issuer());
    return change(message.caller(), message.issuer(), "")
        .map(record -> new IssuerMessage.Removed());
  }

  private Future<@Nullable IssuerRecord> change(Caller caller, String issuer, String settings) {
    return store
        .change(issuer, settings, known.get(issuer))
        .compose(outcome -> outcome.full() ? full() : Future.succeededFuture(outcome.record()))
        .onSuccess(record -> took(caller, issuer, record));
  }

  private void took(Caller caller, String issuer, @Nullable IssuerRecord record) {
    if (record != null) {
      known.note(record);
      apply();
      String act = record.isRemoved() ? "removed" : "added or changed";
      LOG.info("Issuer {} {} by {}", issuer, act, caller);
    }
  }

  @Override
  public Future<IssuerMessage.Issuers> list(IssuerMessage.ListIssuers message) {
    check(message.caller());
    TreeMap<String, Issuer> all = new TreeMap<>();
    known.live().forEach(one -> all.put(one.issuer(), view(one)));
    trusted.configured().forEach(one -> all.put(one.issuer(), view(one)));
    List<Issuer> page = new ArrayList<>();
    int bytes = 0;
    for (Issuer one : all.tailMap(message.after(), false).values()) {
      bytes += one.issuer().length() + one.settings().length();
      if (page.size() == message.limit() || bytes > LARGEST_PAGE && !page.isEmpty()) {
        String next = page.get(page.size() - 1).issuer();
        return Future.succeededFuture(new IssuerMessage.Issuers(page, next));
      }
      page.add(one);
    }
    return Future.succeededFuture(new IssuerMessage.Issuers(page, null));
  }

  private static Issuer view(IssuerRecord record) {
    return new Issuer(record.issuer(), false, record.at(), record.settings());
  }

  private static Issuer view(IssuerConfig issuer) {
    return new Issuer(issuer.issuer(), true, 0, IssuerSettings.show(issuer));
  }

  private static IssuerConfig read(String settings) {
    try {
      return IssuerSettings.read(settings);
    } catch (IllegalArgumentException e) {
      throw HoldfastException.withPublicMessage(
          ErrorCode.BAD_REQUEST, String.valueOf(e.getMessage()));
    }
  }

  private void refuseConfigured(String issuer) {
    if (trusted.isConfigured(issuer)) {
      throw HoldfastException.withPublicMessage(
          ErrorCode.CONFLICT, issuer + " is in the configuration of the nodes, which counts");
    }
  }

  private static <T> Future<T> full() {
    return Future.failedFuture(
        HoldfastException.withPublicMessage(
            ErrorCode.LIMIT_EXCEEDED, "There are as many issuers as are kept."));
  }

  private static void check(Caller caller) {
    if (!(caller instanceof Caller.Service service) || !service.tenants().contains("*")) {
      throw HoldfastException.withPublicMessage(
          ErrorCode.FORBIDDEN, "for services that act for all tenants");
    }
  }
}
