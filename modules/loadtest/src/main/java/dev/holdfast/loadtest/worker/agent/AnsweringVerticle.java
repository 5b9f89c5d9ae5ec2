package dev.holdfast.loadtest.worker.agent;

import dev.holdfast.core.Caller;
import dev.holdfast.core.Ids;
import dev.holdfast.core.bus.Bus;
import dev.holdfast.loadtest.worker.measure.AnswerText;
import dev.holdfast.loadtest.worker.measure.Clock;
import dev.holdfast.runs.RunWorker;
import dev.holdfast.runs.WorkerRun;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Consumer;

/** Answers all runs of a process: one tick writes what is due in any of them. */
final class AnsweringVerticle extends VerticleBase {
  private static final long TICK_MS = 5;

  /** Ticks between two reports of what is acknowledged. */
  private static final int REPORT = 10;

  private final AgentOrder order;
  private final Consumer<String> out;
  private final Set<Answer> answers = new LinkedHashSet<>();
  private int ticks;

  /**
   * @param out takes lines: a run, and the tokens of it that are acknowledged
   */
  AnsweringVerticle(AgentOrder order, Consumer<String> out) {
    this.order = order;
    this.out = out;
  }

  @Override
  public Future<?> start() {
    var self = new Caller.Service(AnswerText.AGENT, Ids.fresh(), Set.of(order.tenant()), Set.of());
    new RunWorker(new Bus(vertx), self, AnswerText.AGENT, order.room()).start(this::answer);
    vertx.setPeriodic(TICK_MS, timer -> tick());
    return Future.succeededFuture();
  }

  private Future<Void> answer(WorkerRun run) {
    var answer = new Answer(run);
    answers.add(answer);
    run.done()
        .onComplete(
            over -> {
              report(answer);
              answers.remove(answer);
            });
    return answer.begin(Clock.own());
  }

  private void tick() {
    long now = Clock.own();
    boolean reports = ticks++ % REPORT == 0;
    for (Answer answer : answers) {
      answer.write(now);
      if (reports) {
        report(answer);
      }
    }
  }

  private void report(Answer answer) {
    String news = answer.news();
    if (news != null) {
      out.accept(news);
    }
  }
}
