package dev.holdfast.loadtest.run.scenario;

import dev.holdfast.loadtest.plan.Group;
import dev.holdfast.loadtest.run.Need;
import dev.holdfast.loadtest.run.Run;
import dev.holdfast.loadtest.run.Scenario;
import dev.holdfast.loadtest.run.Shape;
import dev.holdfast.loadtest.run.figures.Defaults;
import dev.holdfast.loadtest.run.figures.FigureKind;
import dev.holdfast.loadtest.run.figures.Figures;
import dev.holdfast.loadtest.run.figures.Settings;
import dev.holdfast.loadtest.run.scenario.steps.Chats;
import dev.holdfast.loadtest.run.scenario.steps.Crowd;
import dev.holdfast.loadtest.run.scenario.steps.Steady;
import dev.holdfast.loadtest.targets.TargetNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Nodes and agents die in mid-answer, and users load their pages again: each page has what the
 * agent has written, byte for byte.
 */
final class ChatKill implements Scenario {
  /** Two of them are killed. */
  private static final int AGENTS = 3;

  private static final String UNREAD = "unread";

  @Override
  public String name() {
    return "chat-kill";
  }

  @Override
  public String description() {
    return "SIGKILL of nodes and agents in mid-answer, while users load their pages again";
  }

  /** An answer is 400 tokens: at this rate it takes 20 s, and is in a snapshot after 13 s. */
  @Override
  public Defaults defaults() {
    return new Defaults(3, 100, 20.0, 2400, 3.0, 30.0);
  }

  @Override
  public List<FigureKind> figures() {
    return Figures.join(
        List.of(
            FigureKind.put(UNREAD, "", "tokens that were acknowledged, and are in no page"),
            Chats.count("cutOff", "runs that ended as their agent was lost", "lost"),
            Chats.series("lost", 99, "from the last event of such a run to its end")),
        Figures.RESUME,
        Chats.FIGURES);
  }

  @Override
  public Set<Need> needs() {
    return Set.of(Need.BUS, Need.KILL);
  }

  @Override
  public Map<String, String> nodeSettings() {
    Map<String, String> settings = new HashMap<>(Chats.NODES);
    settings.put("runs.limits.lease", "3s");
    return settings;
  }

  @Override
  public List<String> requirements() {
    List<String> all = new ArrayList<>(Crowd.EXACT);
    all.add(UNREAD + "=0");
    return all;
  }

  @Override
  public Shape shape(Settings settings) {
    return Chats.shape(settings, Group.Kind.RELOADING);
  }

  @Override
  public double estimate(Settings settings) {
    return settings.warmup() + settings.duration() + Chats.length(settings);
  }

  @Override
  public void run(Run run) throws InterruptedException {
    run.agents().start(AGENTS, run.settings().connections());
    Steady.begin(run, List.of(Chats.USERS), Chats.FLOWS);
    run.untilShare(0.15);
    run.agents().kill();
    run.untilShare(0.3);
    TargetNode first = kill(run);
    run.untilShare(0.45);
    run.agents().kill();
    run.faults().restart(first);
    run.untilShare(0.7);
    TargetNode second = kill(run);
    run.untilShare(0.8);
    run.faults().restart(second);
    Chats.end(run);
    run.put(UNREAD, (double) run.agents().unread(run.totals()));
  }

  private static TargetNode kill(Run run) throws InterruptedException {
    TargetNode node = run.faults().busiest();
    run.faults().kill(node);
    return node;
  }
}
