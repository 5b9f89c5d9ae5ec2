package dev.holdfast.channels.retained;

import dev.holdfast.limits.use.Use;
import dev.holdfast.limits.use.Uses;
import dev.holdfast.redis.RedisLink;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether tenants and users may retain more. A node has at most one {@link Share} for each
 * 16 KiB of its heap; users beyond are held to their tenant's limits alone. Confined to the context
 * of its link.
 */
public final class Retained {
  private static final long BYTES_PER_SHARE = 16_384;

  private final RetainedStore store;
  private final Function<String, RetainedLimits> limits;
  private final IntSupplier nodes;
  private final Uses uses;
  private final Counter reports;
  private final Counter unanswered;
  private final int most;
  private final Map<String, Share> tenants = new HashMap<>();
  private final Map<User, Share> users = new HashMap<>();
  private long version;

  /**
   * @param node this one, in this life
   * @param limits returns a tenant's
   * @param nodes returns the number of nodes that live
   * @param uses counts what tenants retain
   */
  public Retained(
      RedisLink link,
      String node,
      Function<String, RetainedLimits> limits,
      IntSupplier nodes,
      Uses uses,
      MeterRegistry registry) {
    this.store = new RetainedStore(link, node);
    this.limits = limits;
    this.nodes = nodes;
    this.uses = uses;
    this.reports = registry.counter("holdfast.retained.reports");
    this.unanswered = registry.counter("holdfast.retained.unanswered");
    this.most = (int) Math.max(10_000, Runtime.getRuntime().maxMemory() / BYTES_PER_SHARE);
  }

  private record User(String tenant, String user) {}

  /**
   * Gives room for a message's publications to one channel. Redis is asked only if this node has
   * claimed too little before; later messages wait behind.
   *
   * @param user none for a service, which is held to its tenant's limits alone
   * @param bytes approximate bytes that it adds
   * @return completed at once, as a rule
   */
  public Future<Room> enter(String tenant, @Nullable String user, long bytes) {
    List<Share> shares = new ArrayList<>(2);
    Share own = user == null ? null : ofUser(tenant, user);
    if (own != null) {
      shares.add(own);
    }
    shares.add(ofTenant(tenant));
    return enter(user == null ? "+" : "+" + user, shares, new Amount(1, bytes));
  }

  private Future<Room> enter(String who, List<Share> shares, Amount wanted) {
    RetainedLimits now = limits.apply(shares.get(0).tenant);
    for (Share share : shares) {
      if (!share.decides(wanted, now.of(share), live())) {
        Future<Void> answered = share.await(wanted);
        report(share);
        return answered.compose(done -> enter(who, shares, wanted));
      }
    }
    Room room = new Room(who, shares, wanted, over(shares, now, wanted));
    for (Share share : shares) {
      if (share.isLow(now.of(share), live())) {
        report(share);
      }
    }
    return Future.succeededFuture(room);
  }

  private String over(List<Share> shares, RetainedLimits now, Amount wanted) {
    boolean channels = true;
    String bytes = "";
    for (Share share : shares) {
      channels &= share.fitsChannels(wanted, now.of(share), live());
      if (!share.fitsBytes(wanted, now.of(share), live())) {
        bytes += share.user == null ? "b" : "u";
      }
    }
    return (channels ? "" : "c") + bytes;
  }

  /** Notes the changes by an append. */
  public void changed(String tenant, List<Change> changes) {
    for (Change change : changes) {
      String user = change.user();
      Share share = user == null ? ofTenant(tenant) : ofUser(tenant, user);
      if (share != null) {
        share.change(change.until(), change.amount());
      }
    }
  }

  /** Sends reports that are due. Must be called once a second. */
  public void tick() {
    tick(tenants.values());
    tick(users.values());
  }

  private void tick(Collection<Share> shares) {
    for (Share share : List.copyOf(shares)) { // who waited may bring another
      if (share.isDue(limit(share), live())) {
        report(share);
      }
    }
    shares.removeIf(share -> share.isIdle(limit(share)));
  }

  /** Reports all changes that Redis does not know yet, and gives back all claims. */
  public Future<?> flush() {
    List<Future<?>> reported = new ArrayList<>();
    List.copyOf(tenants.values()).forEach(share -> reported.add(leave(share)));
    List.copyOf(users.values()).forEach(share -> reported.add(leave(share)));
    return Future.join(reported);
  }

  private Future<?> leave(Share share) {
    if (!share.owes()) {
      return Future.succeededFuture();
    }
    Future<?> before = share.isAsking() ? share.await(Amount.NONE) : Future.<Void>succeededFuture();
    return before.compose(answered -> report(share, Amount.NONE));
  }

  private void report(Share share) {
    if (!share.isAsking()) {
      report(share, share.ahead(limit(share), live()));
    }
  }

  private Future<?> report(Share share, Amount ahead) {
    Share.Report report = share.report(++version, ahead);
    reports.increment();
    return store
        .report(share, report, limit(share))
        .onSuccess(answer -> answered(share, answer))
        .onFailure(
            failure -> {
              unanswered.increment();
              share.unanswered();
            })
        .onComplete(
            done -> {
              if (share.isAwaited()) {
                report(share);
              }
            });
  }

  private void answered(Share share, RetainedStore.Answer answer) {
    share.answered(answer.counted(), answer.granted());
    if (share.user == null) {
      uses.peak(share.tenant, Use.RETAINED, answer.counted().bytes());
    }
  }

  private Amount limit(Share share) {
    return limits.apply(share.tenant).of(share);
  }

  private int live() {
    return nodes.getAsInt();
  }

  private Share ofTenant(String tenant) {
    return tenants.computeIfAbsent(tenant, name -> new Share(name, null, System::nanoTime));
  }

  /** Returns the user's share; none if there are too many users. */
  private @Nullable Share ofUser(String tenant, String user) {
    User key = new User(tenant, user);
    Share known = users.get(key);
    if (known == null && users.size() < most) {
      known = new Share(tenant, user, System::nanoTime);
      users.put(key, known);
    }
    return known;
  }
}
