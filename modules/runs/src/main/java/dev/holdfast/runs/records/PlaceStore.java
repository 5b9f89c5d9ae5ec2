package dev.holdfast.runs.records;

import com.fasterxml.jackson.databind.JsonNode;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.limits.runs.RunAmounts;
import dev.holdfast.limits.runs.RunLimit;
import dev.holdfast.redis.Keys;
import dev.holdfast.redis.RedisLink;
import dev.holdfast.redis.Script;
import dev.holdfast.redis.ShardValue;
import dev.holdfast.runs.config.RunsConfig;
import dev.holdfast.runs.usage.TokenStore;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The places of active runs, of a tenant and of a user. A place is taken before a run's record is
 * made, kept when it is, and given back after its end; one that is forgotten goes by itself. Used
 * on the context of its link.
 */
public final class PlaceStore {
  private static final Script RESERVE = Script.of("runs", "run_prelude", "runs_reserve");
  private static final Script RETURN = Script.of("runs", "run_prelude", "runs_return");

  /** A start that is given up keeps its place no longer. */
  private static final Duration START = Duration.ofMinutes(1);

  /** Waiting for a worker, the longest run, and the sweep of what is left of it. */
  private static final Duration LONGEST = Duration.ofHours(26);

  private final RedisLink link;
  private final TokenStore tokens;
  private Function<String, Future<RunAmounts>> limits;

  public PlaceStore(RedisLink link, RunsConfig config) {
    this.link = link;
    this.tokens = new TokenStore(link);
    RunAmounts all = config.amounts();
    this.limits = tenant -> Future.succeededFuture(all);
  }

  /**
   * Holds tenants to limits of their own.
   *
   * @param ofTenant gives those of a tenant
   */
  public void limitedBy(Function<String, Future<RunAmounts>> ofTenant) {
    limits = ofTenant;
  }

  /**
   * Places that a start has. Another start of the same run may have them, too: whoever comes second
   * keeps the first from giving them back.
   *
   * @param ofTenant until when the place is taken, in Redis ms; {@link #SHARED}
   * @param ofUser likewise
   */
  public record Taken(long ofTenant, long ofUser) {
    /** It was there before: not this start's to give back. */
    static final long SHARED = 1;
  }

  /**
   * Takes places. Fails with LIMIT_EXCEEDED if there are none, or tenant or user have taken as many
   * tokens today as they may, with RATE_LIMITED if the user starts too many runs, or too large
   * ones, within a minute; it takes none then.
   *
   * @param inputBytes of the run's input
   */
  public Future<Taken> reserve(RunKey run, String owner, int inputBytes) {
    return limits
        .apply(run.tenant())
        .compose(
            most ->
                some(most)
                    .compose(some -> tokens.check(run.tenant(), owner, most))
                    .compose(left -> reserve(run, owner, inputBytes, most)));
  }

  /** Without starts, or without bytes of them, not even the first one of a minute is allowed. */
  private static Future<Void> some(RunAmounts most) {
    return most.of(RunLimit.STARTS) > 0 && most.of(RunLimit.START_BYTES) > 0
        ? Future.succeededFuture()
        : Future.failedFuture(
            HoldfastException.withPublicMessage(
                ErrorCode.LIMIT_EXCEEDED, "runs: the user may start none"));
  }

  private Future<Taken> reserve(RunKey run, String owner, int inputBytes, RunAmounts most) {
    return ofTenant(run, most)
        .compose(
            tenants ->
                ofUser(run, owner, inputBytes, most)
                    .map(users -> new Taken(tenants, users))
                    .recover(
                        failure ->
                            giveBack(run, null, tenants)
                                .transform(done -> Future.failedFuture(failure))));
  }

  private Future<Long> ofTenant(RunKey run, RunAmounts most) {
    List<String> keys = List.of(Keys.activeRuns(run.tenant(), null));
    return RESERVE
        .run(link, keys, args(run, most.of(RunLimit.TENANT_RUNS)))
        .compose(reply -> taken(reply.asLong(), "tenant"));
  }

  private Future<Long> ofUser(RunKey run, String owner, int inputBytes, RunAmounts most) {
    String tenant = run.tenant();
    List<String> keys = List.of(Keys.activeRuns(tenant, owner), Keys.runStarts(tenant, owner));
    List<Object> args = args(run, most.of(RunLimit.USER_RUNS));
    args.add(most.of(RunLimit.STARTS));
    args.add(inputBytes);
    args.add(most.of(RunLimit.START_BYTES));
    return RESERVE.run(link, keys, args).compose(reply -> taken(reply.asLong(), "user"));
  }

  private static List<Object> args(RunKey run, long most) {
    return new ArrayList<>(
        List.of(
            ShardValue.DEADLINE,
            ShardValue.FULL,
            run.run(),
            most,
            START.toMillis(),
            LONGEST.toMillis()));
  }

  private static Future<Long> taken(long answer, String whose) {
    if (answer > 0) {
      return Future.succeededFuture(answer);
    }
    long seconds = (-answer + 999) / 1_000;
    return Future.failedFuture(
        answer == 0
            ? HoldfastException.withPublicMessage(
                ErrorCode.LIMIT_EXCEEDED, "runs: as many as the " + whose + " may have")
            : HoldfastException.withPublicMessage(
                ErrorCode.RATE_LIMITED,
                "runs: as many as the user may start; again in " + seconds + " s"));
  }

  /**
   * Keeps the places that a run has, for as long as it may be active. Those that were given back
   * meanwhile stay so.
   */
  public Future<Void> keep(RunKey run, String owner) {
    return link.send("TIME")
        .compose(
            time -> {
              long until = time.at(0).asLong() * 1_000 + LONGEST.toMillis();
              return Future.all(keep(run, null, until), keep(run, owner, until));
            })
        .mapEmpty();
  }

  private Future<?> keep(RunKey run, @Nullable String user, long until) {
    String key = Keys.activeRuns(run.tenant(), user);
    return link.send("ZADD", key, "XX", until, run.run())
        .compose(kept -> link.send("PEXPIRE", key, LONGEST.toMillis()));
  }

  /**
   * Gives the places of a start back that is given up, unless another start of the run has come.
   */
  public Future<Void> giveBack(RunKey run, String owner, Taken taken) {
    return Future.join(giveBack(run, owner, taken.ofUser()), giveBack(run, null, taken.ofTenant()))
        .mapEmpty();
  }

  private Future<?> giveBack(RunKey run, @Nullable String user, long until) {
    List<String> keys = List.of(Keys.activeRuns(run.tenant(), user));
    return until == Taken.SHARED
        ? Future.succeededFuture()
        : RETURN.run(link, keys, List.of(run.run(), until));
  }

  /**
   * Counts the tokens that a run took; to be called once.
   *
   * @param last the event that has ended it; none: nothing is known
   */
  Future<Void> spend(RunKey run, String owner, @Nullable JsonNode last) {
    return limits.apply(run.tenant()).compose(most -> tokens.add(run.tenant(), owner, last, most));
  }

  /** Gives the places of a run back. */
  public Future<Void> release(RunKey run, String owner) {
    return Future.join(
            link.send("ZREM", Keys.activeRuns(run.tenant(), owner), run.run()),
            link.send("ZREM", Keys.activeRuns(run.tenant(), null), run.run()))
        .mapEmpty();
  }
}
