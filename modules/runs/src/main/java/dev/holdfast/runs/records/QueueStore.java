package dev.holdfast.runs.records;

import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.redis.Keys;
import dev.holdfast.redis.RedisLink;
import dev.holdfast.redis.Script;
import dev.holdfast.redis.ShardValue;
import dev.holdfast.runs.config.RunsConfig;
import dev.holdfast.tenants.TenantGate;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The runs that wait for a worker of an agent: a queue for each tenant and agent, and the turns of
 * the tenants, who are served one after another however much each has. Hints: a run is put here
 * before its record is made, offered to one worker at a time, and removed after one has claimed it.
 * A run that is here twice, late or in vain is found out by the claim. Used on the context of its
 * link.
 */
public final class QueueStore {
  private static final Script ADD = Script.of("runs", "run_prelude", "work_add");
  private static final Script JOIN = Script.of("runs", "run_prelude", "work_join");
  private static final Script TAKE = Script.of("runs", "run_prelude", "work_take");
  private static final Script TURN = Script.of("runs", "run_prelude", "work_turn");

  /** Longer than any run waits. */
  private static final Duration TTL = Duration.ofHours(25);

  /** Tenants that are asked for a run at one call; the others keep their turns. */
  private static final int MOST_TURNS = 16;

  private final RedisLink link;
  private final RunsConfig config;
  private TenantGate tenants = TenantGate.OPEN;

  public QueueStore(RedisLink link, RunsConfig config) {
    this.link = link;
    this.config = config;
  }

  /** Offers no runs of tenants that may not work: they wait. Call it before the first use. */
  public void admitting(TenantGate gate) {
    tenants = gate;
  }

  /** Puts a run at the end of the queue; fails with LIMIT_EXCEEDED if that is full. */
  public Future<Void> add(RunKey run, String agent) {
    List<Object> args =
        List.of(ShardValue.DEADLINE, ShardValue.FULL, run.run(), config.queued(), TTL.toMillis());
    return ADD.run(link, List.of(Keys.runQueue(run.tenant(), agent)), args)
        .compose(
            added ->
                added.asLong() == 1
                    ? join(run.tenant(), agent)
                    : Future.failedFuture(
                        HoldfastException.withPublicMessage(
                            ErrorCode.LIMIT_EXCEEDED, "agent: too many runs wait for it")));
  }

  private Future<Void> join(String tenant, String agent) {
    return JOIN.run(link, List.of(Keys.runTurns(agent)), List.of(tenant, TTL.toMillis()))
        .mapEmpty();
  }

  /**
   * Offers the next run to a worker; it is offered to another if it is still here a while later.
   *
   * @param tenants that the worker acts for; empty: all
   * @return empty if nothing waits that is not offered to others; fails as the gate says if none of
   *     these tenants may work
   */
  public Future<Optional<RunKey>> take(String agent, Collection<String> tenants) {
    List<String> admitted =
        tenants.stream().filter(one -> this.tenants.refusal(one).isEmpty()).toList();
    if (admitted.isEmpty() && !tenants.isEmpty()) {
      ErrorCode why = this.tenants.refusal(tenants.iterator().next()).orElse(ErrorCode.FORBIDDEN);
      return Future.failedFuture(new HoldfastException(why, "claim for " + tenants));
    }
    return take(agent, admitted, MOST_TURNS, null);
  }

  private Future<Optional<RunKey>> take(
      String agent, Collection<String> tenants, int turns, @Nullable String first) {
    return TURN.run(link, List.of(Keys.runTurns(agent)), new ArrayList<>(tenants))
        .compose(
            turn -> {
              String tenant = turn.textIfAny();
              return tenant == null || tenant.equals(first)
                  ? Future.succeededFuture(Optional.empty())
                  : ofTenant(tenant, agent)
                      .compose(
                          run ->
                              run.isPresent() || turns == 1
                                  ? Future.succeededFuture(run)
                                  : take(
                                      agent, tenants, turns - 1, first == null ? tenant : first));
            });
  }

  private Future<Optional<RunKey>> ofTenant(String tenant, String agent) {
    if (tenants.refusal(tenant).isPresent()) {
      return waiting(tenant, agent)
          .compose(waits -> waits ? Future.succeededFuture() : leave(tenant, agent))
          .map(Optional.empty());
    }
    List<Object> args = List.of(ShardValue.DEADLINE, config.offer().toMillis());
    return TAKE.run(link, List.of(Keys.runQueue(tenant, agent)), args)
        .compose(
            reply -> {
              String run = reply.textIfAny();
              if (run == null) {
                return leave(tenant, agent).map(Optional.empty());
              }
              return Future.succeededFuture(
                  run.isEmpty() ? Optional.empty() : Optional.of(new RunKey(tenant, run)));
            });
  }

  /**
   * Takes the turns of a tenant away that has nothing to do. A run that is added meanwhile brings
   * them back: either it is seen here, or its own step comes after this one.
   */
  private Future<Void> leave(String tenant, String agent) {
    return link.send("ZREM", Keys.runTurns(agent), tenant)
        .compose(gone -> waiting(tenant, agent))
        .compose(waits -> waits ? join(tenant, agent) : Future.succeededFuture((Void) null));
  }

  private Future<Boolean> waiting(String tenant, String agent) {
    return link.send("EXISTS", Keys.runQueue(tenant, agent)).map(there -> there.asLong() == 1);
  }

  /** Removes a run that was claimed, or waits no more. */
  public Future<Void> remove(RunKey run, String agent) {
    return link.send("ZREM", Keys.runQueue(run.tenant(), agent), run.run()).mapEmpty();
  }
}
