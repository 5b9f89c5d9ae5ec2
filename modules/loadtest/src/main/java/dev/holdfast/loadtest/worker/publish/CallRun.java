package dev.holdfast.loadtest.worker.publish;

import dev.holdfast.loadtest.worker.clients.AttachedSession;
import dev.holdfast.loadtest.worker.measure.Clock;
import dev.holdfast.loadtest.worker.measure.Timing;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.function.Function;

/**
 * Asks about sessions in turn, one question of each at a time: at the times of a schedule, or with
 * so many unanswered. Confined to one event loop.
 */
final class CallRun implements Run {
  private static final long GIVE_UP_MICROS = 10_000_000;

  private final Schedule schedule;
  private final Span span;
  private final Function<AttachedSession, Future<?>> question;
  private final PublishCounters counters;
  private final Timing timing;
  private final Clock clock;
  private final ArrayDeque<AttachedSession> free = new ArrayDeque<>();
  private final Promise<Void> ended = Promise.promise();
  private long next;
  private int unanswered;

  /**
   * The times at which questions are due.
   *
   * @param rate of all loops and workers, 0 with a window
   * @param first which of all questions is this loop's first
   * @param step how many there are up to its next
   * @param window unanswered at any time, 0 with a rate
   */
  record Schedule(double rate, long first, long step, int window) {}

  CallRun(
      Schedule schedule,
      Span span,
      Function<AttachedSession, Future<?>> question,
      PublishCounters counters,
      Timing timing,
      Clock clock) {
    this.schedule = schedule;
    this.span = span;
    this.question = question;
    this.counters = counters;
    this.timing = timing;
    this.clock = clock;
  }

  CallRun about(Collection<AttachedSession> sessions) {
    free.addAll(sessions);
    return this;
  }

  @Override
  public void tick(long now) {
    if (schedule.rate() > 0) {
      scheduled(now);
    } else {
      while (span.runs(now) && unanswered < schedule.window() && !free.isEmpty()) {
        ask(now);
      }
    }
    if (unanswered == 0 && now >= span.end() && (!due(now) || free.isEmpty())) {
      ended.tryComplete();
    }
  }

  /**
   * Makes the calls that are due. If every session has an unanswered call, they wait, and their
   * time runs.
   */
  private void scheduled(long now) {
    while (due(now) && !free.isEmpty()) {
      ask(dueAt());
      next++;
    }
    if (due(now) && now > span.end() + GIVE_UP_MICROS) {
      long left = left();
      next += left;
      counters.errors.count("calls: " + left + " were given up, as answers took too long");
    }
  }

  private boolean due(long now) {
    return schedule.rate() > 0 && dueAt() <= now && dueAt() < span.end();
  }

  private long dueAt() {
    return span.at(schedule.first() + next * schedule.step(), schedule.rate());
  }

  private long left() {
    long left = 0;
    while (span.at(schedule.first() + (next + left) * schedule.step(), schedule.rate())
        < span.end()) {
      left++;
    }
    return left;
  }

  private void ask(long intended) {
    AttachedSession session = free.poll();
    unanswered++;
    question
        .apply(session)
        .onSuccess(answer -> answered(session, intended))
        .onFailure(failure -> failed(session, failure));
  }

  /** The next one waits for the tick: what fails at once does not spin. */
  private void failed(AttachedSession session, Throwable failure) {
    counters.errors.count("call", failure);
    unanswered--;
    free.add(session);
  }

  private void answered(AttachedSession session, long intended) {
    long now = clock.micros();
    counters.called++;
    timing.record(now - intended);
    unanswered--;
    free.add(session);
    if (schedule.rate() == 0 && span.runs(now)) {
      ask(now);
    } else if (due(now)) {
      ask(dueAt());
      next++;
    }
  }

  @Override
  public Future<Void> ended() {
    return ended.future();
  }
}
