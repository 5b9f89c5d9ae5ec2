package dev.holdfast.runs;

import dev.holdfast.core.Caller;
import dev.holdfast.core.Names;
import dev.holdfast.core.bus.Bus;
import dev.holdfast.core.bus.ServiceClient;
import dev.holdfast.runs.WorkMessage.Claim;
import dev.holdfast.runs.WorkMessage.Claimed;
import dev.holdfast.runs.WorkMessage.Work;
import io.vertx.core.Context;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Function;

/**
 * Works on the runs of an agent, for a service on the bus. It claims as many as it has room for,
 * and gives each to a handler. A run whose handler is done, or has failed, and has not sent the end
 * is ended: with {@code RUN_FINISHED} (cancelled, if it is), or with {@code RUN_ERROR} if the
 * handler failed or an event of it was refused. Safe on any thread; the handler is called on one
 * context.
 */
public final class RunWorker {
  private static final long WAIT_MS = 10_000;
  private static final long PAUSE_MS = 500;
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Bus bus;
  private final Context context;
  private final Caller.Service me;
  private final String agent;
  private final int room;
  private final ServiceClient client;
  private final Set<WorkerRun> runs = new HashSet<>();
  private int claiming;
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
   * Claims no more, and abandons what it has: those runs are lost when their leases pass. What an
   * open claim still brings is given back.
   */
  public void stop() {
    context.runOnContext(
        now -> {
          stopped = true;
          runs.forEach(WorkerRun::abandon);
        });
  }

  private void claim(Function<WorkerRun, Future<Void>> handler) {
    if (stopped || claiming > 0 || runs.size() >= room) {
      return;
    }
    claiming++;
    client
        .ask(new Claim(me, agent, me.instance(), WAIT_MS))
        .onComplete(
            answer ->
                context.runOnContext(
                    now -> {
                      claiming--;
                      if (answer.succeeded()) {
                        claimed(answer.result(), handler);
                      } else {
                        bus.vertx().setTimer(PAUSE_MS, timer -> claim(handler));
                      }
                    }));
  }

  private void claimed(Claimed claimed, Function<WorkerRun, Future<Void>> handler) {
    Work work = claimed.work();
    if (work != null && stopped) {
      RunView run = work.run();
      client.ask(new WorkMessage.Release(me, run.tenant(), run.run(), work.generation()));
      return;
    }
    if (work != null) {
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
      Future.<Void>succeededFuture()
          .compose(begin -> handler.apply(run))
          .onComplete(worked -> run.close(worked.cause()));
    }
    claim(handler);
  }
}
