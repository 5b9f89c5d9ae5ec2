package dev.holdfast.loadtest.run;

import dev.holdfast.loadtest.plan.ToWorker;
import dev.holdfast.loadtest.targets.TargetNode;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Ends and starts nodes in a run, and marks it in the time line. Threads as in {@link Run}. */
public final class Faults {
  private static final double READY_S = 120;

  private final Run run;
  private final RunState state;
  private final Set<TargetNode> ended = new HashSet<>();

  Faults(Run run, RunState state) {
    this.run = run;
    this.state = state;
  }

  /** The node that has most clients. */
  public TargetNode busiest() {
    Map<String, Integer> connections = run.connections();
    return run.target().nodes().stream()
        .max(Comparator.comparingInt(node -> connections.getOrDefault(node.name(), 0)))
        .orElseThrow();
  }

  /**
   * Returns how uneven the clients are spread over the nodes.
   *
   * @return %: by how much the node that is furthest from its share is off
   */
  public double spread() {
    Map<String, Integer> connections = run.connections();
    List<TargetNode> nodes = run.target().nodes();
    double even =
        (double) connections.values().stream().mapToInt(Integer::intValue).sum() / nodes.size();
    return nodes.stream()
        .mapToDouble(n -> 100 * Math.abs(connections.getOrDefault(n.name(), 0) - even) / even)
        .max()
        .orElse(0);
  }

  public void cut(TargetNode node) {
    int clients = run.connections().getOrDefault(node.name(), 0);
    run.fault("%,d connections to %s cut".formatted(clients, node.name()));
    state.workers().send(new ToWorker.Cut(node.name()));
  }

  public void kill(TargetNode node) throws InterruptedException {
    int clients = run.connections().getOrDefault(node.name(), 0);
    run.fault("%s killed, %,d clients on it".formatted(node.name(), clients));
    ended.add(node);
    run.target().kill(node);
  }

  public void terminate(TargetNode node) throws InterruptedException {
    int clients = run.connections().getOrDefault(node.name(), 0);
    run.fault("%s asked to end, %,d clients on it".formatted(node.name(), clients));
    ended.add(node);
    run.target().terminate(node);
  }

  /** Returns whether it was ended and is not to come back. */
  boolean hasEnded(TargetNode node) {
    return ended.contains(node);
  }

  /** Starts it; returns when it is ready. */
  public void restart(TargetNode node) throws InterruptedException {
    state.mark("phase", node.name() + " started again");
    ended.remove(node);
    run.target().restart(node);
    double until = run.now() + READY_S;
    while (!run.target().ready(node)) {
      if (run.now() > until) {
        throw new BrokenOffException(
            "%s was not ready within %.0f s".formatted(node.name(), READY_S));
      }
      run.pause();
    }
    run.recovery(node.name() + " is ready again");
  }
}
