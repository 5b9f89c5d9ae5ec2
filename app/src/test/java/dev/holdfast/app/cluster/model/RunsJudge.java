package dev.holdfast.app.cluster.model;

import dev.holdfast.channels.ChannelMessage;
import dev.holdfast.channels.Publication;
import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName;
import dev.holdfast.runs.RunView;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Judges the runs of a {@link RunsPlay} once all has healed: every page has the same of a run, and
 * that is all that its worker was answered, and nothing that it did not send; each event once and
 * in order; one end, the last of it, as the record says; the owner is notified of its begin and its
 * end once.
 */
final class RunsJudge {
  private final RunsPlay play;
  private final Weather weather;
  private final List<String> violations;

  RunsJudge(RunsPlay play, Weather weather) {
    this.play = play;
    this.weather = weather;
    this.violations = new ArrayList<>(play.problems());
  }

  /** What does not hold, in words. */
  List<String> violations() {
    for (RunPaper run : play.started()) {
      judge(run);
    }
    return violations;
  }

  private void judge(RunPaper run) {
    RunView view = Objects.requireNonNull(run.view());
    if (run.refusal() != null) {
      wrong(run, run.refusal());
    }
    if (!view.state().equals("ended")) {
      wrong(run, "its state is " + view.state());
      return;
    }
    List<RunPage> readers =
        play.judged().stream().filter(page -> page.runs().contains(run)).toList();
    RunFold last = readers.get(readers.size() - 1).read(run).fold();
    outcome(run, view, last);
    for (RunPage page : readers) {
      RunPage.Read read = page.read(run);
      read.wrong().forEach(what -> wrong(run, page + " got " + what));
      if (read.ends() > 1) {
        wrong(run, page + " got " + read.ends() + " ends");
      }
      if (!read.fold().parts().equals(last.parts())
          || !Objects.equals(read.fold().end(), last.end())) {
        wrong(run, page + " has " + read.fold() + ", and the last one " + last);
      }
    }
    if (!weather.loses()) {
      notified(run, view);
    }
  }

  private void outcome(RunPaper run, RunView view, RunFold read) {
    boolean success = "success".equals(view.outcome());
    boolean error = "error".equals(view.outcome());
    RunFold least = success ? run.whole() : run.least();
    if (!(weather.loses() && !success) && !least.isWithin(read)) {
      wrong(run, "%s: readers have %s, its worker was answered %s".formatted(view, read, least));
    }
    if (!read.isWithin(run.most())) {
      wrong(run, "%s: readers have %s, its worker sent %s".formatted(view, read, run.most()));
    }
    if (!(error ? "RUN_ERROR" : "RUN_FINISHED").equals(read.end())) {
      wrong(run, view + ", and readers have " + read.end());
    }
    if (error && !isExpected(run, view)) {
      wrong(run, view + ", though its worker was well");
    }
  }

  /** A worker that is well keeps its run whatever befalls nodes. */
  private boolean isExpected(RunPaper run, RunView view) {
    return switch (Objects.requireNonNull(view.code(), "of an error")) {
      case "cancelled" -> play.wasCancelled(run);
      case "worker_lost" -> !run.mood.isWell() || !weather.sparesWorkers();
      default -> weather.loses();
    };
  }

  private void notified(RunPaper run, RunView view) {
    long started = play.countNotified(run, "agent_started");
    long completed = play.countNotified(run, "agent_completed");
    if (started != 1 || completed != 1) {
      wrong(
          run, "its owner got %d agent_started, %d agent_completed".formatted(started, completed));
    }
    var history =
        new ChannelMessage.History(
            RunAsker.ME, new Channel(RunAsker.TENANT, ChannelName.user(play.user())), null, 1_000);
    long stored =
        play.asker().ask(history).publications().stream()
            .filter(each -> each.event().equals("agent_completed") && isOf(run, each))
            .count();
    if (stored != 1) {
      wrong(run, "%d agent_completed are stored of %s".formatted(stored, view));
    }
  }

  private static boolean isOf(RunPaper run, Publication event) {
    return RunScript.parse(event.data()).path("run_id").asText().equals(run.id);
  }

  private void wrong(RunPaper run, Object what) {
    violations.add(run + ": " + what);
  }
}
