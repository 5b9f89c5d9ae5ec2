package dev.holdfast.limits;

import dev.holdfast.limits.use.Use;
import dev.holdfast.limits.use.Uses;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Holds tenants and their users to their limits. Rates are checked at once, without Redis. Any
 * thread.
 */
public final class Limiter {
  /** The wait if a rate is 0. */
  public static final long NEVER = Bucket.NEVER;

  /** A limiter without limits. */
  public static final Limiter UNLIMITED =
      new Limiter(null, new LimitsMetrics(new SimpleMeterRegistry()), Uses.NONE);

  private static final long SHORTEST_WAIT_MS = 5;
  private static final long LONGEST_WAIT_MS = 250;

  private final @Nullable Accounts accounts;
  private final LimitsMetrics metrics;
  private final Uses uses;
  private volatile Consumer<Account> asking = account -> {};
  private volatile @Nullable LimitSettings settings;
  private volatile int nodes = 1;

  /**
   * @param accounts null: there are no limits
   * @param uses counts what comes
   */
  Limiter(@Nullable Accounts accounts, LimitsMetrics metrics, Uses uses) {
    this.accounts = accounts;
    this.metrics = metrics;
    this.uses = uses;
  }

  /**
   * Returns the limits of a tenant, as this node knows them. Used where something is counted
   * elsewhere.
   */
  public Limits of(String tenant) {
    return accounts == null
        ? new Limits(Amounts.TENANT, Amounts.USER)
        : accounts.tenant(tenant).limits();
  }

  /**
   * Takes everything that an action costs, or nothing.
   *
   * @param user null: a service, to which only its tenant's limits apply
   * @return 0: the action may go; else the number of ms after which to ask again, NEVER if a rate
   *     is 0
   */
  public long take(String tenant, @Nullable String user, Cost cost) {
    if (accounts == null) {
      return 0;
    }
    long now = System.nanoTime();
    Tenant of = accounts.tenant(tenant);
    Account own = user == null ? null : accounts.user(of, user);
    long wait = of.whole.delay(cost, nodes, now);
    if (own != null) {
      wait = Math.max(wait, own.delay(cost, nodes, now));
    }
    if (wait == 0) {
      uses.add(tenant, Use.IN, cost.bytes());
      of.whole.take(cost);
      if (own != null) {
        own.take(cost);
      }
    } else {
      metrics.held();
    }
    look(of.whole, now);
    if (own != null) {
      look(own, now);
    }
    return wait;
  }

  /**
   * Takes the cost of what is done already. It may exceed what is left: the next one waits for it.
   */
  public void charge(String tenant, @Nullable String user, Cost cost) {
    if (accounts == null || cost.isNothing()) {
      return;
    }
    long now = System.nanoTime();
    uses.add(tenant, Use.IN, cost.bytes());
    Tenant of = accounts.tenant(tenant);
    charge(of.whole, cost, now);
    if (user != null) {
      charge(accounts.user(of, user), cost, now);
    }
  }

  private void charge(@Nullable Account account, Cost cost, long now) {
    if (account != null) {
      account.delay(cost, nodes, now);
      account.take(cost);
      look(account, now);
    }
  }

  /**
   * Takes like {@link #take}, but waits up to {@code patienceMs}.
   *
   * @return 0, or the number of ms after which to ask again; completes on the caller's context
   */
  public Future<Long> await(
      Vertx vertx, String tenant, @Nullable String user, Cost cost, long patienceMs) {
    return await(vertx, () -> take(tenant, user, cost), SHORTEST_WAIT_MS, patienceMs);
  }

  private interface Attempt {
    long take();
  }

  private Future<Long> await(Vertx vertx, Attempt attempt, long pause, long patienceMs) {
    long wait = attempt.take();
    if (wait == 0 || wait == NEVER || wait > patienceMs) {
      if (wait > 0) {
        metrics.refused();
      }
      return Future.succeededFuture(wait);
    }
    long next = Math.max(wait, pause);
    long longer = Math.min(LONGEST_WAIT_MS, 2 * pause);
    return vertx.timer(next).compose(later -> await(vertx, attempt, longer, patienceMs - next));
  }

  /**
   * Takes places of a count, or none if there are not enough. Redis is asked only if this node has
   * too few claimed.
   *
   * @return the places; none: there are not enough; completes on the given context
   */
  public Future<@Nullable Place> enter(
      Context context, String tenant, @Nullable String user, Limit count, long places) {
    List<Account> of = of(tenant, user);
    List<Account> taken = new ArrayList<>();
    Future<Boolean> entered = Future.succeededFuture(true);
    for (Account account : of) {
      entered =
          entered.compose(
              before -> before ? enter(context, account, count, places, taken) : entry(false));
    }
    return entered.map(
        all -> {
          Place place = new Place(this, List.copyOf(taken), count, places);
          if (!all) {
            place.leave();
            metrics.refused();
          }
          return all ? place : null;
        });
  }

  private static Future<Boolean> entry(boolean entered) {
    return Future.succeededFuture(entered);
  }

  private Future<Boolean> enter(
      Context context, Account account, Limit count, long places, List<Account> taken) {
    Promise<Boolean> promise = ((ContextInternal) context).promise();
    account.take(count, places, promise, nodes);
    look(account);
    return promise
        .future()
        .onSuccess(
            entered -> {
              if (entered) {
                taken.add(account);
              }
            });
  }

  /** Takes places even if none are left, for what existed before. */
  public Place force(String tenant, @Nullable String user, Limit count, long places) {
    List<Account> of = of(tenant, user);
    for (Account account : of) {
      account.force(count, places);
      look(account);
    }
    return new Place(this, of, count, places);
  }

  private List<Account> of(String tenant, @Nullable String user) {
    if (accounts == null) {
      return List.of();
    }
    Tenant of = accounts.tenant(tenant);
    Account own = user == null ? null : accounts.user(of, user);
    return own == null ? List.of(of.whole) : List.of(own, of.whole);
  }

  void look(Account account) {
    look(account, System.nanoTime());
  }

  private void look(Account account, long now) {
    if (account.toBeAsked(nodes, now)) {
      asking.accept(account);
    }
  }

  /**
   * @param ask requests from Redis what an account lacks; any thread
   */
  void askBy(Consumer<Account> ask) {
    asking = ask;
  }

  /** Returns what counts what tenants use at this node; any thread. */
  public Uses uses() {
    return uses;
  }

  void settings(LimitSettings fresh) {
    settings = fresh;
  }

  /** Returns the settings of single tenants; none: there are no limits. */
  public @Nullable LimitSettings settings() {
    return settings;
  }

  void nodes(int live) {
    nodes = Math.max(1, live);
  }

  int nodes() {
    return nodes;
  }
}
