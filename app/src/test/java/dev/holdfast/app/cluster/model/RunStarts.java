package dev.holdfast.app.cluster.model;

import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.runs.Busy;
import dev.holdfast.runs.RunMessage;
import dev.holdfast.runs.RunView;
import java.util.Objects;
import java.util.function.Consumer;

/** Starts and cancels runs, some of them twice, and says what was answered as it should not be. */
final class RunStarts {
  private final RunAsker asker;
  private final Consumer<String> problem;

  RunStarts(RunAsker asker, Consumer<String> problem) {
    this.asker = asker;
    this.problem = problem;
  }

  private static RunMessage.Start message(RunPaper run, String input) {
    return new RunMessage.Start(
        RunAsker.ME,
        RunAsker.TENANT,
        run.owner,
        run.agent,
        run.thread,
        run.id,
        input,
        true,
        run.busy);
  }

  /** Starts it, and waits for nothing. */
  void send(RunPaper run) {
    asker.send(message(run, run.input()));
  }

  /** Returns whether it is decided whether there is such a run. */
  boolean start(RunPaper run) {
    try {
      run.started(asker.ask(message(run, run.input())));
      return true;
    } catch (HoldfastException refused) {
      boolean busy = refused.code() == ErrorCode.CONFLICT && run.busy == Busy.REJECT;
      if (!busy && !RunAsker.isForNow(refused) && refused.code() != ErrorCode.CONFLICT) {
        problem.accept(run + " was refused: " + refused);
      }
      return busy;
    }
  }

  /** It is the same run, and another input under its id is none. */
  void startAgain(RunPaper run) {
    RunView known = run.view();
    start(run);
    if (known != null && !known.run().equals(Objects.requireNonNull(run.view()).run())) {
      problem.accept(run + " was another run before: " + known);
    }
    String other = "[{\"id\":\"u\",\"role\":\"user\",\"content\":\"Hi\"}]";
    if (run.view() != null) {
      try {
        asker.ask(message(run, run.input().replace("[]", other)));
        problem.accept(run + " was started with another input");
      } catch (HoldfastException refused) {
        if (refused.code() != ErrorCode.CONFLICT && !RunAsker.isForNow(refused)) {
          problem.accept(run + " with another input: " + refused);
        }
      }
    }
  }

  void cancel(RunPaper run, int times) {
    RunView view = run.view();
    for (int i = 0; i < times && view != null; i++) {
      run.cancelled();
      asker.send(new RunMessage.Cancel(RunAsker.ME, RunAsker.TENANT, view.run(), "enough"));
    }
  }
}
