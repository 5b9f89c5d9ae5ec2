package dev.holdfast.runs.service;

import dev.holdfast.runs.RunView;
import dev.holdfast.runs.ThreadView;
import dev.holdfast.runs.records.RunRecord;
import dev.holdfast.runs.records.ThreadRecord;
import java.util.Locale;

/** Records as their owners see them. */
final class Views {
  private Views() {}

  static RunView run(RunRecord run) {
    RunRecord.End end = run.end();
    return new RunView(
        run.key().tenant(),
        run.key().run(),
        run.owner(),
        run.agent(),
        run.threadId(),
        run.runId(),
        run.state().name().toLowerCase(Locale.ROOT),
        run.cancel() != null && end == null,
        end == null ? null : end.outcome(),
        end == null || end.code().isEmpty() ? null : end.code(),
        run.attempt(),
        run.times().created(),
        end == null ? 0 : end.at());
  }

  static ThreadView thread(ThreadRecord thread) {
    return new ThreadView(
        thread.key().tenant(),
        thread.owner(),
        thread.threadId(),
        thread.title(),
        thread.active(),
        thread.last(),
        thread.asked(),
        thread.version(),
        thread.created(),
        thread.changed());
  }
}
