package dev.holdfast.runs.service;

import dev.holdfast.runs.WorkMessage;
import dev.holdfast.runs.records.RunKey;
import dev.holdfast.runs.records.RunRecord;
import dev.holdfast.runs.records.RunRecords;
import dev.holdfast.runs.records.RunState;
import dev.holdfast.runs.records.RunStore.Claimed;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.Collection;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Gives runs that wait to workers, and takes back what they give back. Confined to its context. */
public final class Claiming {
  /** Runs that wait no more are removed from the queue on the way, so many at one call. */
  private static final int MOST_STALE = 32;

  private static final Logger LOG = LoggerFactory.getLogger(Claiming.class);

  private final RunRecords records;

  public Claiming(RunRecords records) {
    this.records = records;
  }

  /**
   * Gives the next run of an agent to a worker.
   *
   * @param tenants that the worker acts for; empty: all
   * @param claim a fresh id
   * @return empty if none waits
   */
  public Future<Optional<Claimed>> claim(
      String agent, Collection<String> tenants, String worker, String claim) {
    return next(agent, tenants, worker, claim, MOST_STALE);
  }

  private Future<Optional<Claimed>> next(
      String agent, Collection<String> tenants, String worker, String claim, int tries) {
    return records
        .queue()
        .take(agent, tenants)
        .compose(
            run -> {
              if (run.isEmpty()) {
                return Future.succeededFuture(Optional.empty());
              }
              return claim(run.get(), agent, worker, claim)
                  .compose(
                      claimed ->
                          claimed.isPresent() || tries == 1
                              ? Future.succeededFuture(claimed)
                              : next(agent, tenants, worker, claim, tries - 1));
            });
  }

  private Future<Optional<Claimed>> claim(RunKey run, String agent, String worker, String claim) {
    return records
        .runs()
        .claim(run, worker, claim)
        .compose(
            claimed -> {
              Future<Void> removed = records.queue().remove(run, agent);
              // The claim holds: what is left in the queue is found out by the next one.
              return claimed.isPresent()
                  ? Future.join(removed, watched(claimed.get())).transform(done -> taken(claimed))
                  : removed.compose(gone -> early(run, agent)).otherwise(claimed);
            });
  }

  private static Future<Optional<Claimed>> taken(Optional<Claimed> claimed) {
    return Future.succeededFuture(claimed);
  }

  /**
   * A run is in its queue before it is made: one that came meanwhile goes back. Either it is seen
   * here, or its start comes after this, and puts it there again.
   */
  private Future<Optional<Claimed>> early(RunKey run, String agent) {
    return records
        .runs()
        .get(run)
        .compose(
            found ->
                found
                        .filter(one -> one.state() == RunState.QUEUED && one.held() == null)
                        .isPresent()
                    ? records.queue().add(run, agent)
                    : Future.succeededFuture())
        .map(Optional.empty());
  }

  private Future<Void> watched(Claimed claimed) {
    RunRecord run = claimed.run();
    Duration lease = run.limits().lease();
    return records.dues().sooner(run.key(), lease.plus(Sweeping.SLACK));
  }

  /**
   * Gives back the runs of an answer that its asker does not get.
   *
   * @param answer {@link WorkMessage.Claimed}; any other is left alone
   */
  void takeBack(Object answer) {
    if (answer instanceof WorkMessage.Claimed claimed) {
      for (WorkMessage.Work work : claimed.all()) {
        RunKey run = new RunKey(work.run().tenant(), work.run().run());
        release(run, work.generation())
            .onFailure(why -> LOG.warn("{} waits for its lease: not given back", run, why));
      }
    }
  }

  /** Gives back a run of whatever agent, as {@link #release(RunKey, long, String)} does. */
  public Future<Boolean> release(RunKey run, long generation) {
    return release(run, generation, null);
  }

  /**
   * A worker gives a run back; false: events of it are published, so it has to end it.
   *
   * @param agent fails with NOT_FOUND if the run is another one's; none: whatever it is
   */
  public Future<Boolean> release(RunKey run, long generation, @Nullable String agent) {
    return records
        .runs()
        .release(run, generation, agent)
        .compose(
            queued ->
                queued.isEmpty()
                    ? Future.succeededFuture(false)
                    : records.queue().add(run, queued.get().agent()).map(true));
  }
}
