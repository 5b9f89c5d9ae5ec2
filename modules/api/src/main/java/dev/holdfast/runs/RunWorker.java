package dev.holdfast.runs;

import dev.holdfast.core.Caller;
import dev.holdfast.core.Names;
import dev.holdfast.core.bus.Bus;
import dev.holdfast.core.bus.ServiceClient;
import dev.holdfast.runs.WorkMessage.Claim;
import dev.holdfast.runs.WorkMessage.Work;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Works on the runs of an agent, for a service on the bus. It claims as many as it has room for,
 * several at a time while many wait, and gives each to a handler. A run whose handler is done, or
 * has failed, and has not sent the end is ended: with {@code RUN_FINISHED} (cancelled, if it is),
 * or with {@code RUN_ERROR} if the handler failed or an event of it was refused. Safe on any
 * thread; the handler is called on one context.
 */
public final class RunWorker {
  /** How long a claim waits at a node. A worker that stops waits for its open claim. */
  private static final long WAIT_MS = 2_000;

  private static final long PAUSE_MS = 500;
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /** How long runs are given back, at most, when the worker stops. */
  private static final long LAST_MS = 5_000;

  private final Bus bus;
  private final Context context;
  private final Caller.Service me;
  private final String agent;
  private final int room;
  private final ServiceClient client;
  private final Set<WorkerRun> runs = new HashSet<>();
  private boolean claiming;

  /** The last claim, and the return of what it brought too late. Never fails. */
  private Future<Void> lastClaim = Future.succeededFuture();

  /** Runs that the next claim asks for: more, as long as more than are asked for wait. */
  private int most = 1;

  private boolean stopped;

  /**
   * @param me the service, for the tenants whose runs it works on
   * @param room for so many runs at a time
   */
  public RunWorker(Bus bus, Caller.Service me, String agent, int room) {
    this.bus = bus;
    this.context = bus.vertx().getOrCreateContext();
    this.me = me;
    this.agent = Names.id(agent, "agent");
    this.room = room;
    this.client = new ServiceClient(bus, PATIENCE);
  }

  /**
   * Begins to claim.
   *
   * @param handler works on a run; its future completes when the work is done
   */
  public RunWorker start(Function<WorkerRun, Future<Void>> handler) {
    context.runOnContext(now -> claim(handler));
    return this;
  }

  /** Claims no more, and keeps what it has. What an open claim still brings is given back. */
  public void claimNoMore() {
    context.runOnContext(now -> stopped = true);
  }

  /**
   * Claims no more, and gives back what it has. A run of which nothing was published waits for
   * another worker, and any other one ends with {@code worker_lost}. What an open claim still
   * brings is given back.
   *
   * @return completes when all that is done, after some seconds at most; what could not be given
   *     back is lost when its lease passes
   */
  public Future<Void> stop() {
    Promise<Void> gone = Promise.promise();
    context.runOnContext(
        now -> {
          stopped = true;
          List<Future<Void>> all = new ArrayList<>(runs.stream().map(WorkerRun::giveBack).toList());
          all.add(lastClaim);
          Future.join(all)
              .timeout(LAST_MS, TimeUnit.MILLISECONDS)
              .onComplete(
                  done -> {
                    List.copyOf(runs).forEach(WorkerRun::abandon);
                    gone.complete();
                  });
        });
    return gone.future();
  }

  private void claim(Function<WorkerRun, Future<Void>> handler) {
    if (stopped || claiming || runs.size() >= room) {
      return;
    }
    claiming = true;
    Promise<Void> over = Promise.promise();
    lastClaim = over.future();
    int wanted = Math.min(most, room - runs.size());
    client
        .ask(new Claim(me, agent, me.instance(), WAIT_MS, wanted))
        .onSuccess(
            found ->
                context.runOnContext(
                    now -> {
                      claiming = false;
                      found(found.all(), wanted, handler).onComplete(done -> over.complete());
                    }))
        .onFailure(
            failure ->
                context.runOnContext(
                    now -> {
                      claiming = false;
                      over.complete();
                      bus.vertx().setTimer(PAUSE_MS, timer -> claim(handler));
                    }));
  }

  /** Completes at once, or if the worker has stopped, when all is given back. */
  private Future<?> found(List<Work> found, int wanted, Function<WorkerRun, Future<Void>> handler) {
    most = found.size() < wanted ? 1 : Math.min(Claim.MOST_RUNS, 2 * wanted);
    var all = found.stream().map(work -> claimed(work, handler)).toList();
    claim(handler);
    return Future.join(all);
  }

  private Future<Void> claimed(Work work, Function<WorkerRun, Future<Void>> handler) {
    WorkerRun run = new WorkerRun(bus.vertx(), context, me, client, work);
    runs.add(run);
    run.done()
        .onComplete(
            over ->
                context.runOnContext(
                    now -> {
                      runs.remove(run);
                      claim(handler);
                    }));
    if (stopped) {
      return run.giveBack();
    }
    Future.<Void>succeededFuture()
        .compose(begin -> handler.apply(run))
        .onComplete(worked -> run.close(worked.cause()));
    return Future.succeededFuture();
  }
}
