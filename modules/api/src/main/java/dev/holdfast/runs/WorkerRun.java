package dev.holdfast.runs;

import dev.holdfast.core.Caller;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.bus.ServiceClient;
import dev.holdfast.core.process.BackOff;
import dev.holdfast.runs.Outbox.Event;
import dev.holdfast.runs.WorkMessage.Beat;
import dev.holdfast.runs.WorkMessage.Events;
import dev.holdfast.runs.WorkMessage.Taken;
import dev.holdfast.runs.WorkMessage.Work;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A run that a worker has. It numbers what is sent, has one batch under way, and sends it again
 * until it is answered; what comes meanwhile is the next one. Safe on any thread; answers come on
 * the worker's context.
 */
public final class WorkerRun {
  private static final BackOff BACK_OFF = new BackOff(50, 2_000);

  /** The number that the service names, if it has other than those that this worker counts. */
  private static final Pattern GO_ON = Pattern.compile("go on with (\\d{1,15})");

  private final Vertx vertx;
  private final Context context;
  private final Caller.Service me;
  private final ServiceClient client;
  private final Work work;
  private final Promise<Void> done = Promise.promise();
  private final Outbox outbox = new Outbox();
  private long next;
  private int tries;
  private final long beatMs;
  private final long heartbeat;
  private final RunInbox inbox;
  private volatile boolean cancelled;
  private final Promise<Void> cancellation = Promise.promise();
  private @Nullable HoldfastException lost;

  /** The last event that was to end it, and the first refusal. */
  private @Nullable Future<Void> terminal;

  private @Nullable HoldfastException refusal;

  /** Set once it ends by an error of this worker, as events are gone, or the worker stops. */
  private @Nullable HoldfastException broken;

  WorkerRun(Vertx vertx, Context context, Caller.Service me, ServiceClient client, Work work) {
    this.vertx = vertx;
    this.context = context;
    this.me = me;
    this.client = client;
    this.work = work;
    this.next = work.next();
    this.inbox = new RunInbox(context, this::beat);
    this.beatMs = Math.min(Beat.MOST_WAIT, Math.max(200, work.leaseMs() / 4));
    this.heartbeat = vertx.setPeriodic(beatMs, timer -> beat());
    context.runOnContext(now -> beat());
  }

  /** The run as it was when it was claimed. */
  public RunView run() {
    return work.run();
  }

  /** AG-UI's {@code RunAgentInput}, as JSON. */
  public String input() {
    return work.input();
  }

  /** Returns whether somebody cancelled it: it is to come to an end. */
  public boolean cancelled() {
    return cancelled;
  }

  /** Completes when it turns out that somebody cancelled it, on the worker's context. */
  public Future<Void> cancellation() {
    return cancellation.future();
  }

  /** What is said to the run while it goes on. */
  public RunInbox inbox() {
    return inbox;
  }

  /** Completes when the run is over; fails when this worker has lost it. */
  public Future<Void> done() {
    return done.future();
  }

  /**
   * Sends an event.
   *
   * @param event of AG-UI, as JSON
   * @return completes when it is stored. Fails with BAD_REQUEST, TOO_LARGE or LIMIT_EXCEEDED if it
   *     was refused, or one that was sent before it and not answered yet; RATE_LIMITED if too much
   *     waits; OUT_OF_SEQUENCE once the store has lost events of the run, which ends by that;
   *     FENCED or CONFLICT once the run is not this worker's any more
   */
  public Future<Void> send(String event) {
    Objects.requireNonNull(event, "event");
    Event one = new Event(event);
    context.runOnContext(now -> add(one));
    return one.stored().future();
  }

  /**
   * Sees to it that the run ends, now that its handler is done: as that has said, or else with
   * success if it has not failed and none of its events was refused.
   */
  void close(@Nullable Throwable failure) {
    context.runOnContext(
        now -> {
          if (broken != null) {
            return;
          }
          if (terminal == null || terminal.failed()) {
            add(new Event(ending(failure)));
          }
          boolean isCancelled = failure == null && cancelled;
          Objects.requireNonNull(terminal, "one was added")
              .onFailure(refused -> withoutEnd(isCancelled));
        });
  }

  /**
   * Its end was refused. If it was cancelled in the middle of something, the service closes that,
   * and ends the run as cancelled once its grace has passed.
   */
  private void withoutEnd(boolean isCancelled) {
    if (isCancelled) {
      lose(new HoldfastException(ErrorCode.CONFLICT, "it ends as cancelled after its grace"));
    } else {
      add(new Event(Terminal.error("It has no end.")));
    }
  }

  private String ending(@Nullable Throwable failure) {
    if (failure != null) {
      return Terminal.error(HoldfastException.from(failure).publicMessage());
    }
    return refusal == null
        ? Terminal.finished(run(), cancelled)
        : Terminal.error("An event was refused: " + refusal.publicMessage());
  }

  private void add(Event one) {
    if (broken != null && lost == null) {
      one.stored().fail(broken); // nothing may stand beside the error that says so
      return;
    }
    if (one.ends()) {
      terminal = one.stored().future();
    }
    if (lost != null) {
      one.stored().fail(lost);
    } else if (!outbox.hasRoomFor(one)) {
      one.stored().fail(new HoldfastException(ErrorCode.RATE_LIMITED, "too much waits"));
    } else {
      outbox.add(one);
      sendNext();
    }
  }

  private void sendNext() {
    if (lost == null && outbox.next()) {
      tries = 0;
      send();
    }
  }

  /** The same batch, as often as it takes: it is known by its number. */
  private void send() {
    List<String> events = outbox.underWay();
    Future<Taken> asked;
    try {
      asked =
          client.ask(
              new Events(
                  me, work.run().tenant(), work.run().run(), work.generation(), next, events));
    } catch (HoldfastException e) {
      asked = Future.failedFuture(e);
    }
    asked.onComplete(
        answer -> context.runOnContext(now -> answered(answer.result(), answer.cause())));
  }

  private void answered(@Nullable Taken taken, @Nullable Throwable cause) {
    if (lost != null) {
      return;
    }
    if (taken != null) {
      stored(taken);
      return;
    }
    HoldfastException failure = HoldfastException.from(Objects.requireNonNull(cause));
    switch (failure.code()) {
      case FENCED, CONFLICT, NOT_FOUND, FORBIDDEN -> lose(failure);
      case OUT_OF_SEQUENCE -> partLost(failure);
      case BAD_REQUEST, TOO_LARGE, LIMIT_EXCEEDED -> refused(failure);
      default -> vertx.setTimer(BACK_OFF.delay(tries++), timer -> again());
    }
  }

  private void again() {
    if (lost == null) {
      send();
    }
  }

  private void stored(Taken taken) {
    next = taken.next();
    noteCancelled(taken.cancelled());
    outbox.stored();
    if (taken.over()) {
      end(null);
    } else {
      sendNext();
    }
  }

  /**
   * Events that were acknowledged are gone, as the store came back with older data: the run ends
   * with an error, under the number that the store has come to. A refusal that names none is asked
   * for again.
   */
  private void partLost(HoldfastException failure) {
    Matcher expected = GO_ON.matcher(failure.publicMessage());
    if (!expected.find()) {
      vertx.setTimer(BACK_OFF.delay(tries++), timer -> again());
      return;
    }
    next = Long.parseLong(expected.group(1));
    broken = failure;
    int before = tries;
    outbox.fail(failure);
    outbox.add(new Event(Terminal.error("A part of the run was lost.", "log_lost")));
    vertx.setTimer(BACK_OFF.delay(before), timer -> sendNext());
  }

  /**
   * Nothing of the batch is stored. What waits behind it was sent by one who did not know: it goes,
   * too, so that no text has a hole.
   */
  private void refused(HoldfastException failure) {
    refusal = refusal == null ? failure : refusal;
    boolean endsIt = outbox.isEndUnderWay();
    outbox.fail(failure);
    if (broken != null && broken.code() == ErrorCode.SHUTTING_DOWN && !endsIt) {
      sayLost();
    }
    sendNext();
  }

  /** One is always under way: its answer comes when the next is sent, or at once by a cancel. */
  private void beat() {
    if (lost != null) {
      return;
    }
    RunView run = work.run();
    long wait = cancelled ? 0 : beatMs;
    client
        .ask(new Beat(me, run.tenant(), run.run(), work.generation(), null, wait, inbox.wanted()))
        .onSuccess(held -> context.runOnContext(now -> held(held)))
        .onFailure(failure -> context.runOnContext(now -> beatFailed(failure)));
  }

  private void held(WorkMessage.Held held) {
    noteCancelled(held.cancelled());
    if (lost == null) {
      inbox.add(held.inbox());
      if (!held.inbox().isEmpty() && inbox.wanted() == null) {
        beat(); // nobody takes it: a cancel is to come at once all the same
      }
    }
  }

  private void noteCancelled(boolean isCancelled) {
    cancelled |= isCancelled;
    if (isCancelled) {
      cancellation.tryComplete();
    }
  }

  private void beatFailed(Throwable failure) {
    HoldfastException named = HoldfastException.from(failure);
    ErrorCode code = named.code();
    boolean isOver = code == ErrorCode.CONFLICT && !outbox.isUnderWay();
    if (isOver || code == ErrorCode.FENCED || code == ErrorCode.NOT_FOUND) {
      lose(named);
    }
  }

  private void lose(HoldfastException failure) {
    if (lost == null) {
      end(failure);
    }
  }

  private void end(@Nullable HoldfastException failure) {
    vertx.cancelTimer(heartbeat);
    lost = failure == null ? new HoldfastException(ErrorCode.CONFLICT, "it is over") : failure;
    outbox.fail(lost);
    if (failure == null) {
      done.tryComplete();
    } else {
      done.tryFail(failure);
    }
  }

  /**
   * Gives the run back, as its worker stops: it waits for another one if nothing of it was
   * published, else it ends with an error. Nothing more is sent.
   *
   * @return completes when the run is not this worker's any more
   */
  public Future<Void> giveBack() {
    if (Vertx.currentContext() == context) {
      leave(); // at once, so that no event comes between
    } else {
      context.runOnContext(now -> leave());
    }
    return done.future().otherwiseEmpty();
  }

  private void leave() {
    boolean ends = terminal != null && !terminal.failed();
    if (lost != null || broken != null || ends) {
      return; // it is over soon, without this
    }
    broken = stopped();
    outbox.failWaiting(broken);
    if (next > 1 || outbox.isUnderWay()) {
      sayLost();
      return;
    }
    tries = 0;
    release();
  }

  /** As often as it takes: without an answer, the run would wait for the lease. */
  private void release() {
    if (lost != null) {
      return;
    }
    RunView run = work.run();
    client
        .ask(new WorkMessage.Release(me, run.tenant(), run.run(), work.generation()))
        .onSuccess(answer -> context.runOnContext(now -> released(answer.queued())))
        .onFailure(failure -> context.runOnContext(now -> notReleased(failure)));
  }

  private void released(boolean queued) {
    if (queued) {
      lose(stopped());
    } else if (lost == null) {
      sayLost(); // it has events that this worker does not know of
    }
  }

  private void notReleased(Throwable failure) {
    switch (HoldfastException.from(failure).code()) {
      case FENCED, CONFLICT, NOT_FOUND, FORBIDDEN -> lose(stopped());
      default -> vertx.setTimer(BACK_OFF.delay(tries++), timer -> release());
    }
  }

  /**
   * Ends it. A run that is cancelled ends by that: if a text or a call is open, by the service when
   * its grace has passed.
   */
  private void sayLost() {
    Event end = new Event(Terminal.error("The worker has stopped.", "worker_lost"));
    if (cancelled) {
      end = new Event(Terminal.finished(run(), true));
      end.stored().future().onFailure(refused -> lose(stopped()));
    }
    outbox.add(end);
    sendNext();
  }

  private static HoldfastException stopped() {
    return new HoldfastException(ErrorCode.SHUTTING_DOWN, "the worker has stopped");
  }

  /** Stops without a word: the run is lost when its lease has passed. */
  void abandon() {
    context.runOnContext(now -> lose(stopped()));
  }
}
