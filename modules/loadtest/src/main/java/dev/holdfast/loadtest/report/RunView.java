package dev.holdfast.loadtest.report;

import dev.holdfast.loadtest.plan.Counters;

/** Shows people how a run goes. Any thread may call it. */
public interface RunView {
  /** Takes each second, with all counters. */
  void show(Result.Second now, Counters total);

  /** Takes a fault, a recovery or a phase. */
  void mark(Result.Mark mark);

  /** Takes anything else that people have to know of now. */
  void note(String line);
}
