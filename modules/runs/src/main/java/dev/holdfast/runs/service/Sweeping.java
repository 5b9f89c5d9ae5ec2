package dev.holdfast.runs.service;

import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.bounds.FairTurns;
import dev.holdfast.redis.Keys;
import dev.holdfast.runs.ingest.Finishing;
import dev.holdfast.runs.records.DueStore;
import dev.holdfast.runs.records.EndCause;
import dev.holdfast.runs.records.RunKey;
import dev.holdfast.runs.records.RunRecord;
import dev.holdfast.runs.records.RunRecords;
import dev.holdfast.runs.records.RunState;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at runs that are due: those whose worker is lost, silent or slow, those that no worker
 * takes, and those whose end was decided and not announced. Whoever moves a due entry first does
 * the work; if it dies, the entry comes up again. Confined to its context.
 */
public final class Sweeping {
  /** A run is looked at so much after the time at which it may have to end. */
  static final Duration SLACK = Duration.ofMillis(500);

  /** All shards of runs. */
  static final List<Integer> ALL = IntStream.range(0, Keys.SHARDS).boxed().toList();

  private static final Logger LOG = LoggerFactory.getLogger(Sweeping.class);
  private static final int AT_ONCE = 50;

  /** A step that a node has begun is taken again after it: longer than any such step. */
  private static final Duration RETRY = Duration.ofSeconds(10);

  /** Looks at a time, each with a record in memory; none waits for longer than the sweep. */
  private static final FairTurns.Bounds LOOKS =
      new FairTurns.Bounds(32, 32, Integer.MAX_VALUE, Long.MAX_VALUE, 0);

  /**
   * A run that waits for its thread is looked at so often: whoever ends the one before is faster.
   */
  private static final Duration HELD = Duration.ofSeconds(5);

  private final RunRecords records;
  private final Finishing finishing;
  private final FairTurns turns;
  private final Counter workersLost;
  private Function<RunRecord, Future<Void>> turn = run -> Future.succeededFuture();

  public Sweeping(RunRecords records, Finishing finishing, MeterRegistry registry) {
    this.records = records;
    this.finishing = finishing;
    this.turns = new FairTurns("run-sweeps", LOOKS, null, registry);
    this.workersLost = registry.counter("holdfast.runs.lost");
  }

  /**
   * Lets runs begin that wait for their thread.
   *
   * @param begin lets one begin if its turn has come
   */
  Sweeping beginning(Function<RunRecord, Future<Void>> begin) {
    turn = begin;
    return this;
  }

  /** Looks at what is due, in all shards, as {@link #sweep(Duration, List)} does in some. */
  public Future<Integer> sweep(Duration upFor) {
    return sweep(upFor, ALL);
  }

  /**
   * Looks at what is due.
   *
   * @param upFor how long Redis has been there without a break: until workers could renew their
   *     leases, and send their events, they are not to blame
   * @param shards in which to look
   * @return how many runs were looked at
   */
  public Future<Integer> sweep(Duration upFor, List<Integer> shards) {
    return shards.isEmpty()
        ? Future.succeededFuture(0)
        : records.dues().now().compose(now -> sweep(now, upFor, shards));
  }

  private Future<Integer> sweep(long now, Duration upFor, List<Integer> shards) {
    List<Future<Integer>> looks = new ArrayList<>();
    for (int shard : shards) {
      looks.add(records.dues().due(shard, now, AT_ONCE).compose(due -> sweep(due, now, upFor)));
    }
    return Future.join(looks).map(done -> looks.stream().mapToInt(Future::result).sum());
  }

  private Future<Integer> sweep(List<DueStore.Due> due, long now, Duration upFor) {
    List<Future<?>> looked = new ArrayList<>();
    for (DueStore.Due one : due) {
      looked.add(
          turns
              .run(one.run().tenant(), () -> look(one, now, upFor))
              .recover(failure -> later(one.run(), failure)));
    }
    return Future.join(looked).map(due.size());
  }

  private Future<Void> look(DueStore.Due due, long now, Duration upFor) {
    return records
        .dues()
        .postpone(due, RETRY)
        .compose(
            mine -> mine.isPresent() ? mine(mine.get(), now, upFor) : Future.succeededFuture());
  }

  /** A run that is started meanwhile has set its due entry anew. */
  private Future<Void> mine(DueStore.Due mine, long now, Duration upFor) {
    return records
        .runs()
        .get(mine.run())
        .compose(
            found ->
                found.isPresent()
                    ? look(found.get(), mine, now, upFor)
                    : records.dues().unset(mine));
  }

  private Future<Void> look(RunRecord run, DueStore.Due mine, long now, Duration upFor) {
    return switch (run.state()) {
      case QUEUED -> waits(run, mine, now);
      case RUNNING -> runs(run, mine, now, upFor);
      case ENDING -> finishing.finish(run).mapEmpty();
      case ENDED -> over(run);
    };
  }

  /** What a start that came late, or was sent again, has left of it. */
  private Future<Void> over(RunRecord run) {
    return records
        .held()
        .leave(run)
        .compose(left -> records.places().release(run.key(), run.owner()))
        .compose(free -> records.queue().remove(run.key(), run.agent()))
        .compose(gone -> records.dues().unset(run.key()));
  }

  private Future<Void> waits(RunRecord run, DueStore.Due mine, long now) {
    RunRecord.Cancel cancel = run.cancel();
    long late = run.times().queued() + run.limits().queue().toMillis();
    if (cancel != null) {
      return end(run, EndCause.CANCELLED);
    }
    if (run.held() != null) {
      return now > run.times().created() + run.limits().longest().toMillis()
          ? end(run, EndCause.TIMED_OUT)
          : turn.apply(run).compose(begun -> again(run, mine, HELD.toMillis()));
    }
    long started = run.times().started();
    if (started > 0 && now > started + run.limits().longest().toMillis()) {
      return end(run, EndCause.TIMED_OUT);
    }
    if (now > late) {
      return end(run, EndCause.NO_WORKER);
    }
    return records
        .queue()
        .add(run.key(), run.agent())
        .compose(queued -> again(run, mine, late - now));
  }

  private Future<Void> runs(RunRecord run, DueStore.Due mine, long now, Duration upFor) {
    RunRecord.Cancel cancel = run.cancel();
    RunRecord.Times times = run.times();
    if (cancel != null && now >= cancel.at()) {
      return end(run, EndCause.CANCELLED);
    }
    long late = times.started() + run.limits().longest().toMillis();
    if (now > late) {
      return end(run, EndCause.TIMED_OUT);
    }
    if (now > times.lease() && isToBlame(run.limits().lease(), upFor)) {
      return cancel == null ? lost(run, mine) : again(run, mine, cancel.at() - now);
    }
    long idle = times.active() + run.limits().idle().toMillis();
    if (now > idle && isToBlame(run.limits().idle(), upFor)) {
      return end(run, EndCause.IDLE);
    }
    long next =
        Math.min(Math.min(Math.max(times.lease(), now + 1_000), late), Math.max(idle, now + 1_000));
    return again(run, mine, (cancel == null ? next : Math.min(next, cancel.at())) - now);
  }

  private static boolean isToBlame(Duration allowed, Duration upFor) {
    return upFor.compareTo(allowed) > 0;
  }

  /**
   * Ends a run that was cancelled, if it waits; otherwise sees to it that it is ended after its
   * grace. Answers the run as it is then.
   */
  Future<RunRecord> cancelled(RunRecord run) {
    RunRecord.Cancel cancel = run.cancel();
    if (cancel == null || run.state().isOver()) {
      return Future.succeededFuture(run);
    }
    Duration grace =
        run.state() == RunState.QUEUED ? Duration.ZERO : run.limits().grace().plus(SLACK);
    return records
        .dues()
        .sooner(run.key(), grace)
        .compose(
            due ->
                run.state() == RunState.QUEUED
                    ? finishing.end(run, EndCause.CANCELLED).otherwise(run)
                    : Future.succeededFuture(run));
  }

  private Future<Void> lost(RunRecord run, DueStore.Due mine) {
    return records
        .runs()
        .lost(run.key(), run.generation())
        .onSuccess(lost -> workersLost.increment())
        .compose(
            queued ->
                queued.isEmpty()
                    ? end(run, EndCause.WORKER_LOST)
                    : records
                        .queue()
                        .add(run.key(), run.agent())
                        .compose(added -> again(run, mine, run.limits().queue().toMillis())));
  }

  private Future<Void> end(RunRecord run, EndCause cause) {
    return finishing.end(run, cause).mapEmpty();
  }

  /** Whoever has moved the entry meanwhile, for a cancel, knows more. */
  private Future<Void> again(RunRecord run, DueStore.Due mine, long ms) {
    return records
        .places()
        .keep(run.key(), run.owner())
        .compose(kept -> records.dues().postpone(mine, SLACK.plusMillis(Math.max(0, ms))))
        .mapEmpty();
  }

  /** The run has moved on while it was looked at: it is looked at again, as after any failure. */
  private static Future<Void> later(RunKey run, Throwable failure) {
    ErrorCode code = HoldfastException.from(failure).code();
    if (code != ErrorCode.CONFLICT && code != ErrorCode.FENCED) {
      LOG.warn("The sweep of run {} failed, and is tried again: {}", run, failure.getMessage());
    }
    return Future.succeededFuture();
  }
}
