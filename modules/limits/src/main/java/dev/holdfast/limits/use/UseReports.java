package dev.holdfast.limits.use;

import dev.holdfast.redis.RedisLink;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.CompositeFuture;
import io.vertx.core.Future;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reports what a node has counted, each tenant once a minute, some tenants each second. What is not
 * acknowledged is reported again in the same words, so that it counts once. Confined to the context
 * of its link.
 */
public final class UseReports {
  /** Days that are kept. */
  public static final int DAYS = 90;

  /** Time between calls of {@link #tick}. */
  public static final long TICK_MS = 1_000;

  private static final Logger LOG = LoggerFactory.getLogger(UseReports.class);
  private static final int ROUND = 60;

  /** Reports on their way at a time when a node stops. */
  static final int AT_ONCE = 500;

  private static final long STOP_WITHIN_MS = 10_000;

  private final Uses uses;
  private final UseStore store;
  private final MeterRegistry registry;
  private final Counter reports;
  private final Counter unanswered;
  private final List<Meter> meters;
  private final Deque<TenantUse> waiting = new ArrayDeque<>();
  private long version;
  private int ticks;
  private int step;
  private boolean closing;

  /**
   * @param node this one, in this life
   */
  public UseReports(Uses uses, RedisLink link, String node, MeterRegistry registry) {
    this.uses = uses;
    this.store = new UseStore(link, node);
    this.registry = registry;
    this.reports = registry.counter("holdfast.use.reports");
    this.unanswered = registry.counter("holdfast.use.unanswered");
    this.meters =
        List.of(
            Gauge.builder("holdfast.use.tenants", uses, Uses::size)
                .strongReference(true)
                .register(registry),
            FunctionCounter.builder("holdfast.use.uncounted", uses, Uses::uncounted)
                .register(registry));
  }

  /** Reports a 60th of the tenants, until a node stops. */
  public void tick() {
    if (closing) {
      return;
    }
    if (ticks++ % ROUND == 0) {
      uses.forgetIdle(System.nanoTime());
      waiting.clear();
      uses.each(waiting::add);
      step = (waiting.size() + ROUND - 1) / ROUND;
    }
    some(waiting, step);
  }

  /**
   * Reports all that is not reported, at a node that stops: first what is not answered, in the same
   * words, then what was counted since. Gives up after ten seconds, or if Redis takes nothing.
   *
   * @return fails if something is not reported: that of tenants in a shard that is away, for
   *     example. The others are reported nevertheless
   */
  public Future<?> close() {
    closing = true;
    meters.forEach(registry::remove);
    return all().transform(done -> all()).timeout(STOP_WITHIN_MS, TimeUnit.MILLISECONDS);
  }

  /** Reports once for each tenant of which there is something to report. */
  Future<Void> all() {
    Deque<TenantUse> left = new ArrayDeque<>();
    uses.each(
        use -> {
          if (use.isToBeReported()) {
            left.add(use);
          }
        });
    return rest(left);
  }

  private Future<Void> rest(Deque<TenantUse> left) {
    CompositeFuture sent = some(left, AT_ONCE);
    return sent.<Void>mapEmpty()
        .eventually(
            () -> left.isEmpty() || tookNothing(sent) ? Future.succeededFuture() : rest(left));
  }

  private static boolean tookNothing(CompositeFuture sent) {
    return sent.causes().stream().allMatch(Objects::nonNull);
  }

  private CompositeFuture some(Deque<TenantUse> left, int count) {
    List<Future<?>> sent = new ArrayList<>();
    for (int i = 0; i < count && !left.isEmpty(); i++) {
      sent.add(report(left.remove()));
    }
    return Future.join(sent);
  }

  private Future<?> report(TenantUse use) {
    if (!use.isToBeReported()) {
      return Future.succeededFuture();
    }
    reports.increment();
    return store
        .files(use.tenant)
        .compose(bytes -> report(use, bytes))
        .onFailure(
            failure -> {
              unanswered.increment();
              LOG.debug("use of {}: {}", use.tenant, failure.toString());
            });
  }

  private Future<?> report(TenantUse use, long fileBytes) {
    use.peak(Use.FILES, fileBytes);
    TenantUse.Report report = use.report(++version, System.nanoTime());
    return store.add(use.tenant, report).onSuccess(added -> use.answered(report));
  }
}
