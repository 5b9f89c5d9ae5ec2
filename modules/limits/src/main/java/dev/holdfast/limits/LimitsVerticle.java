package dev.holdfast.limits;

import dev.holdfast.core.NodeId;
import dev.holdfast.limits.Account.Wanted;
import dev.holdfast.limits.LimitStore.Granted;
import dev.holdfast.limits.runs.RunAmounts;
import dev.holdfast.limits.use.UseReports;
import dev.holdfast.limits.use.Uses;
import dev.holdfast.redis.Keys;
import dev.holdfast.redis.RedisConfig;
import dev.holdfast.redis.RedisLink;
import dev.holdfast.redis.topology.Slots;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Asks Redis for what the accounts of a node lack, and follows the settings of tenants. One
 * instance per node. State is touched on its own context only, unless a method says otherwise.
 */
public final class LimitsVerticle extends VerticleBase {
  private static final int MOST_UNDER_WAY = 64;
  private static final long SWEEP_MS = 5_000;
  private static final long RENEWAL_MS = 3_600_000;

  /** Time within which all nodes have noticed a node that came or went. */
  private static final long SETTLED_MS = 10_000;

  /**
   * Accounts whose claims all nodes together make anew in a second. With a million users the loss
   * of one node would keep a Redis busy for most of a minute otherwise.
   */
  private static final int ANEW_PER_SECOND = 5_000;

  private static final int ANEW_STEP_MS = 100;

  /** Heap per user account; an account takes about 600 bytes. */
  private static final long BYTES_PER_USER = 8_192;

  private final RedisConfig redis;
  private final LimitsConfig config;
  private final Supplier<NodeId> node;
  private final Supplier<Set<NodeId>> live;
  private final MeterRegistry registry;
  private final LimitsMetrics metrics;
  private final Accounts accounts;
  private final Limiter limiter;
  private final Queue<Account> waiting = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean woken = new AtomicBoolean();

  /** Accounts whose claims are to be made anew. */
  private final Set<Account> doubted = new LinkedHashSet<>();

  @SuppressWarnings("NullAway.Init") // set by start()
  private LimitStore store;

  @SuppressWarnings("NullAway.Init") // set by start()
  private LimitSettings settings;

  private Set<NodeId> known = Set.of();
  private int underWay;
  private @Nullable UseReports reports;
  private RunAmounts runs = RunAmounts.DEFAULTS;

  /**
   * @param node gives this node's id; called at the start
   * @param live gives the nodes that hold a lease; any thread
   */
  public LimitsVerticle(
      RedisConfig redis,
      LimitsConfig config,
      Supplier<NodeId> node,
      Supplier<Set<NodeId>> live,
      MeterRegistry registry) {
    this.redis = redis;
    this.config = config;
    this.node = node;
    this.live = live;
    this.registry = registry;
    this.metrics = new LimitsMetrics(registry);
    int most = (int) Math.max(10_000, Runtime.getRuntime().maxMemory() / BYTES_PER_USER);
    this.accounts = new Accounts(config.limits(), most, metrics::untracked);
    this.limiter = new Limiter(accounts, metrics, new Uses(most));
  }

  /** Shows what this node is configured to allow to runs. Call it before the deployment. */
  public LimitsVerticle showing(RunAmounts configured) {
    runs = configured;
    return this;
  }

  /** Returns the limiter; any thread, even before the start. */
  public Limiter limiter() {
    return limiter;
  }

  @Override
  public Future<?> start() {
    return RedisLink.open(vertx, redis, "limits", registry).onSuccess(this::begin);
  }

  private void begin(RedisLink link) {
    store = new LimitStore(link, node.get().toString());
    settings = new LimitSettings(context, link, store, accounts, config.limits().with(runs));
    limiter.settings(settings);
    var days = new UseReports(limiter.uses(), link, node.get().toString(), registry);
    reports = days;
    vertx.setPeriodic(UseReports.TICK_MS, tick -> days.tick());
    metrics.watch(accounts);
    link.onUp(this::doubt);
    link.onUp(slots -> settings.doubt());
    limiter.askBy(this::lacks);
    accounts.onFresh(tenant -> context.runOnContext(now -> settings.follow(tenant)));
    known = live.get();
    limiter.nodes(known.size());
    vertx.setPeriodic(config.follow().toMillis(), tick -> follow());
    vertx.setPeriodic(SWEEP_MS, tick -> sweep());
    vertx.setPeriodic(ANEW_STEP_MS, tick -> claimAnew());
    vertx.setPeriodic(RENEWAL_MS, tick -> doubt(Slots.ALL));
  }

  @Override
  public Future<?> stop() {
    limiter.askBy(account -> {});
    accounts.onFresh(tenant -> {});
    metrics.close();
    return reports == null ? Future.succeededFuture() : reports.close();
  }

  /** Queues an account for the next question to Redis; any thread. */
  private void lacks(Account account) {
    waiting.add(account);
    if (woken.compareAndSet(false, true)) {
      context.runOnContext(now -> askAll());
    }
  }

  private void askAll() {
    woken.set(false);
    while (underWay < MOST_UNDER_WAY) {
      Account next = waiting.poll();
      if (next == null) {
        return;
      }
      ask(next);
    }
  }

  private void ask(Account account) {
    List<Wanted> rates = account.wantedRates(System.nanoTime());
    if (!rates.isEmpty()) {
      count(store.take(account, rates))
          .onSuccess(granted -> granted.forEach(one -> granted(account, one)))
          .onFailure(failure -> unanswered(account, rates));
    }
    List<Wanted> counts = account.wantedCounts(limiter.nodes());
    if (!counts.isEmpty()) {
      count(store.claim(account, counts, names()))
          .onSuccess(places -> claimed(account, counts, places))
          .onFailure(failure -> unanswered(account, counts));
    }
  }

  private <T> Future<T> count(Future<T> asked) {
    underWay++;
    metrics.asked();
    return asked.onComplete(
        answered -> {
          underWay--;
          context.runOnContext(now -> askAll());
        });
  }

  private Set<String> names() {
    Set<String> names = new HashSet<>();
    live.get().forEach(one -> names.add(one.toString()));
    return names;
  }

  private void granted(Account account, Granted granted) {
    account.granted(granted.limit(), granted.tokens(), granted.waitMs(), System.nanoTime());
    limiter.look(account);
  }

  private void claimed(Account account, List<Wanted> wanted, List<Long> places) {
    for (int i = 0; i < wanted.size(); i++) {
      account.granted(wanted.get(i).limit(), places.get(i), limiter.nodes());
    }
    limiter.look(account);
  }

  private void unanswered(Account account, List<Wanted> wanted) {
    metrics.unanswered();
    wanted.forEach(one -> account.unanswered(one.limit(), System.nanoTime()));
  }

  private void follow() {
    Set<NodeId> now = live.get();
    if (!now.equals(known)) {
      known = now;
      limiter.nodes(now.size());
      // A node that did not know of this one yet, or no more, took its claims for a dead one's.
      vertx.setTimer(SETTLED_MS, timer -> doubt(Slots.ALL));
    }
    settings.follow();
  }

  private void sweep() {
    accounts.forgetIdle(System.nanoTime());
    accounts.each(limiter::look);
  }

  /** Claims all in these slots anew: Redis may have an older state, or be about to forget it. */
  private void doubt(Slots slots) {
    accounts.each(
        account -> {
          if (slots.has(Keys.claims(account.tenant, account.user))) {
            doubted.add(account);
          }
        });
    claimAnew();
  }

  private void claimAnew() {
    int most = Math.max(1, ANEW_PER_SECOND * ANEW_STEP_MS / 1_000 / Math.max(1, known.size()));
    Iterator<Account> each = doubted.iterator();
    for (int i = 0; i < most && each.hasNext(); i++) {
      Account next = each.next();
      each.remove();
      next.doubt();
      limiter.look(next);
    }
  }
}
