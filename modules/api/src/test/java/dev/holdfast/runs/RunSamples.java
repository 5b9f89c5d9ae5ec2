package dev.holdfast.runs;

import dev.holdfast.core.BusValue;
import dev.holdfast.core.Caller;
import dev.holdfast.core.Position;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** One of each message of runs. */
public final class RunSamples {
  private static final Caller.User ANN =
      new Caller.User("acme", "ann", Set.of("r"), Set.of("run:researcher"));
  private static final Caller.Service AGENTS =
      new Caller.Service("agents", "a1", Set.of("acme"), Set.of());
  private static final String INPUT = "{\"threadId\":\"t1\",\"runId\":\"c1\",\"messages\":[]}";
  private static final RunView VIEW =
      new RunView(
          "acme",
          "r1",
          "ann",
          "researcher",
          "t1",
          "c1",
          "ended",
          false,
          "error",
          "worker_lost",
          2,
          98,
          99);

  private static final ThreadView THREAD =
      new ThreadView("acme", "ann", "t1", "A talk", "r2", "r1", List.of("q1"), 3, 98, 99);

  private static final InboxEntry SAID =
      new InboxEntry(7, InboxEntry.Kind.MESSAGE, "m1", "ann", "{\"id\":\"m1\"}");

  private RunSamples() {}

  public static Stream<BusValue> all() {
    return Stream.of(requests(), answers(), threads(), agents()).flatMap(each -> each);
  }

  private static Stream<BusValue> agents() {
    var limits = new AgentLimits(1_000L, 2_000L, 3_000L, 4_000L, 0L, 6);
    var view = new AgentView("researcher", "worker", "Looks things up", false, limits);
    var used = new AgentMessage.Used("model", "m-1", 1, 2, 3);
    return Stream.of(
        limits,
        view,
        new AgentMessage.ListAgents(ANN, "acme", "a", 64),
        new AgentMessage.PutAgent(AGENTS, "acme", "researcher", "Looks things up", limits),
        new AgentMessage.RemoveAgent(AGENTS, "acme", "researcher"),
        new AgentMessage.Listed(List.of(view), "researcher"),
        new AgentMessage.Removed(true),
        new AgentMessage.ShowUsage(AGENTS, "acme", "2026-01-31"),
        used,
        new AgentMessage.DayUsage("2026-01-31", List.of(used)));
  }

  private static Stream<BusValue> threads() {
    return Stream.of(
        THREAD,
        new ThreadMessage.ListThreads(ANN, "acme", "ann", "99:h1", 10, 64),
        new ThreadMessage.ShowThread(ANN, "acme", "ann", "t1"),
        new ThreadMessage.NameThread(ANN, "acme", "ann", "t1", "A talk"),
        new ThreadMessage.DeleteThread(ANN, "acme", "ann", "t1"),
        new ThreadMessage.ListMessages(ANN, "acme", "ann", "t1", "m3", 10, 64),
        new ThreadMessage.ListRuns(ANN, "acme", "ann", "t1", "r2", 10, 64),
        new ThreadMessage.Page(List.of(THREAD), "99:h1"),
        new ThreadMessage.Messages(THREAD, "[{\"id\":\"m1\"}]", "m1", 2),
        new ThreadMessage.Deleted(2),
        new ThreadMessage.Runs(List.of(VIEW), "r1"));
  }

  private static Stream<BusValue> requests() {
    return Stream.of(
        new RunMessage.Start(
            ANN, "acme", "ann", "researcher", "t1", "c1", INPUT, true, Busy.ENQUEUE),
        new RunMessage.Get(ANN, "acme", "r1"),
        new RunMessage.Find(ANN, "acme", "t1", "c1"),
        new RunMessage.Snapshot(ANN, "acme", "r1"),
        new RunMessage.Cancel(ANN, "acme", "r1", "enough"),
        new RunMessage.Say(ANN, "acme", "r1", InboxEntry.Kind.ANSWER, List.of("{\"id\":\"q1\"}")),
        new WorkMessage.Claim(AGENTS, "researcher", "a1", 10_000, 4),
        new WorkMessage.Events(
            AGENTS, "acme", "r1", 1, 2, List.of("{\"type\":\"RUN_STARTED\"}"), "researcher", 7L),
        new WorkMessage.Beat(AGENTS, "acme", "r1", 1, "researcher", 5_000, 7L),
        new WorkMessage.Release(AGENTS, "acme", "r1", 1, "researcher"));
  }

  private static Stream<BusValue> answers() {
    return Stream.of(
        VIEW,
        new CancelNotice("acme", "r1"),
        new RunFound(VIEW, "{\"messages\":[]}", INPUT),
        new RunSnapshot(VIEW, new Position("k7B", 7), "{\"messages\":[]}"),
        new WorkMessage.Claimed(
            new WorkMessage.Work(VIEW, 1, 1, 15_000, INPUT),
            List.of(new WorkMessage.Work(VIEW, 2, 1, 15_000, INPUT))),
        new WorkMessage.Work(VIEW, 1, 1, 15_000, INPUT),
        new WorkMessage.Taken(3, false, true, List.of(SAID)),
        new WorkMessage.Held(true, List.of(SAID)),
        SAID,
        new WorkMessage.Released(true));
  }
}
