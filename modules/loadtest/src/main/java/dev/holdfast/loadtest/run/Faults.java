package dev.holdfast.loadtest.run;

import dev.holdfast.loadtest.plan.ToWorker;
import dev.holdfast.loadtest.targets.TargetNode;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** What is done to the nodes in a run; each is marked in its time line. As {@link Run}. */
public final class Faults {
  private static final double READY_S = 120;

  private final Run run;
  private final Coordinator coordinator;

  Faults(Run run, Coordinator coordinator) {
    this.run = run;
    this.coordinator = coordinator;
  }

  /** The node that has most clients. */
  public TargetNode busiest() {
    Map<String, Integer> connections = coordinator.workers().connections();
    return run.target().nodes().stream()
        .max(Comparator.comparingInt(node -> connections.getOrDefault(node.name(), 0)))
        .orElseThrow();
  }

  /**
   * How uneven the clients are spread over the nodes.
   *
   * @return %: by how much the node that is furthest from its share is off
   */
  public double spread() {
    Map<String, Integer> connections = coordinator.workers().connections();
    List<TargetNode> nodes = run.target().nodes();
    double even =
        (double) connections.values().stream().mapToInt(Integer::intValue).sum() / nodes.size();
    return nodes.stream()
        .mapToDouble(n -> 100 * Math.abs(connections.getOrDefault(n.name(), 0) - even) / even)
        .max()
        .orElse(0);
  }

  public void cut(TargetNode node) {
    int clients = coordinator.workers().connections().getOrDefault(node.name(), 0);
    run.fault("%,d connections to %s cut".formatted(clients, node.name()));
    coordinator.workers().send(new ToWorker.Cut(node.name()));
  }

  public void kill(TargetNode node) throws InterruptedException {
    int clients = coordinator.workers().connections().getOrDefault(node.name(), 0);
    run.fault("%s killed, %,d clients on it".formatted(node.name(), clients));
    run.target().kill(node);
  }

  public void terminate(TargetNode node) throws InterruptedException {
    int clients = coordinator.workers().connections().getOrDefault(node.name(), 0);
    run.fault("%s asked to end, %,d clients on it".formatted(node.name(), clients));
    run.target().terminate(node);
  }

  /** Starts it; returns when it is ready. */
  public void restart(TargetNode node) throws InterruptedException {
    coordinator.mark("phase", node.name() + " started again");
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
