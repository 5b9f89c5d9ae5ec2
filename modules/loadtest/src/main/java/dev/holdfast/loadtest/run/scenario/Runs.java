package dev.holdfast.loadtest.run.scenario;

import dev.holdfast.loadtest.plan.Group;
import dev.holdfast.loadtest.run.Need;
import dev.holdfast.loadtest.run.Run;
import dev.holdfast.loadtest.run.Scenario;
import dev.holdfast.loadtest.run.Shape;
import dev.holdfast.loadtest.run.figures.Defaults;
import dev.holdfast.loadtest.run.figures.FigureKind;
import dev.holdfast.loadtest.run.figures.Settings;
import dev.holdfast.loadtest.run.scenario.steps.Chats;
import dev.holdfast.loadtest.run.scenario.steps.Crowd;
import dev.holdfast.loadtest.run.scenario.steps.Steady;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** Each user reads the run of an agent that answers it. */
final class Runs implements Scenario {
  @Override
  public String name() {
    return "runs";
  }

  @Override
  public String description() {
    return "an agent's answer to each user, token by token; --rate is the tokens of each";
  }

  /** An answer is a thousand tokens: at this rate it takes 20 s. */
  @Override
  public Defaults defaults() {
    return new Defaults(1, 1000, 50.0, 6000, 5.0, 20.0);
  }

  @Override
  public List<FigureKind> figures() {
    return Chats.FIGURES;
  }

  @Override
  public Set<Need> needs() {
    return Set.of(Need.BUS);
  }

  @Override
  public Map<String, String> nodeSettings() {
    return Chats.NODES;
  }

  @Override
  public List<String> requirements() {
    return Stream.concat(Crowd.EXACT.stream(), Chats.PROMISES.stream()).toList();
  }

  @Override
  public Shape shape(Settings settings) {
    return Chats.shape(settings, Group.Kind.CHAT);
  }

  @Override
  public double estimate(Settings settings) {
    return settings.warmup() + settings.duration() + Chats.length(settings);
  }

  @Override
  public void run(Run run) throws InterruptedException {
    Settings settings = run.settings();
    run.agents().start(Chats.agents(settings), settings.connections());
    Steady.begin(run, List.of(Chats.USERS), Chats.FLOWS);
    Chats.end(run);
  }
}
