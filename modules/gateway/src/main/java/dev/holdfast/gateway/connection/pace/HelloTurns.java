package dev.holdfast.gateway.connection.pace;

import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.bounds.FairTurns;
import dev.holdfast.core.bounds.FairTurns.Bounds;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Answers a bounded number of hellos at a time; the others wait, by turns of the tenants. When all
 * clients of a node that died come at once, each of them would otherwise be answered too late for
 * its client, which gives up after 10 s and comes again. A hello that would wait for too long
 * behind those of its tenant, and as many of each other one, is refused, with the time to come
 * back; one whose client has gone is dropped. Confined to the event loop.
 */
public final class HelloTurns {
  static final int AT_ONCE = 64;

  /** Shorter than a client's patience, by what the upgrade and the attach take. */
  private static final long PATIENCE_MS = 6_000;

  private static final Bounds BOUNDS =
      new Bounds(AT_ONCE, AT_ONCE, Integer.MAX_VALUE, PATIENCE_MS, 0);

  private final FairTurns turns;
  private final Counter refused;
  private final HelloPace pace = new HelloPace(System.nanoTime());
  private final Map<String, Integer> waiting = new HashMap<>();
  private final Map<String, HelloPace.Away> away = new HashMap<>();
  private int here;

  public HelloTurns(MeterRegistry registry) {
    this.turns = new FairTurns("hellos", BOUNDS, null, registry);
    this.refused = registry.counter("holdfast.sockets.refused", "why", "hellos");
  }

  /** Who said hello. */
  public interface Guest {
    /** Returns whether its connection has ended. */
    boolean isGone();

    /** Refuses it, with the ms after which it may come back. */
    void later(long ms);
  }

  /** One hello, until it is answered or dropped. */
  private final class Turn {
    private final Guest guest;
    private final String tenant;
    private boolean begun;

    Turn(Guest guest, String tenant) {
      this.guest = guest;
      this.tenant = tenant;
      here++;
      waiting.merge(tenant, 1, Integer::sum);
    }

    <T> Future<T> begin(Supplier<Future<T>> answer) {
      begun = true;
      waitsNoMore();
      return answer.get();
    }

    void ended() {
      here--;
      if (begun) {
        pace.answered(here >= AT_ONCE, System.nanoTime());
      } else {
        waitsNoMore();
        comeBack(guest, tenant);
      }
    }

    private void waitsNoMore() {
      waiting.computeIfPresent(tenant, (name, many) -> many > 1 ? many - 1 : null);
    }
  }

  /**
   * Answers a hello when it is its turn.
   *
   * @param answer what has to be done
   * @return what {@code answer} returns; fails if there is no turn for it. Then the guest was asked
   *     to come back.
   */
  public <T> Future<T> run(Guest guest, String tenant, Supplier<Future<T>> answer) {
    if (pace.waitMs(before(tenant)) > PATIENCE_MS) {
      comeBack(guest, tenant);
      return Future.failedFuture(new HoldfastException(ErrorCode.UNAVAILABLE, "hello: too many"));
    }
    Turn turn = new Turn(guest, tenant);
    return turns
        .run(tenant, guest::isGone, () -> turn.begin(answer))
        .onComplete(done -> turn.ended());
  }

  /** Returns how many at most are answered before one more of a tenant, as these take turns. */
  private int before(String tenant) {
    long rounds = waiting.getOrDefault(tenant, 0) + 1;
    return (int) Math.min(here - AT_ONCE, rounds * waiting.size());
  }

  private int tenants(String tenant) {
    return waiting.size() + (waiting.containsKey(tenant) ? 0 : 1);
  }

  private void comeBack(Guest guest, String tenant) {
    if (!guest.isGone()) {
      refused.increment();
      var of = away.computeIfAbsent(tenant, first -> new HelloPace.Away());
      int before = Math.max(0, before(tenant));
      guest.later(pace.comeBackMs(of, before, tenants(tenant), System.nanoTime()));
    }
  }

  /**
   * Refuses those that have waited for too long, also while none is answered. Call it each tick.
   */
  public void tick(long now) {
    turns.sweep();
    away.entrySet().removeIf(one -> pace.areBack(one.getValue(), tenants(one.getKey()), now));
  }
}
