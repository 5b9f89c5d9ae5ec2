package dev.holdfast.testkit;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The options of a {@link TestCluster}.
 *
 * @param nodes how many, n1 and on
 * @param settings over those of the cluster, by dotted name, for example {@code sessions.linger}
 * @param classPathFirst folders that stand before everything else on the nodes' class path: where a
 *     planted fault goes
 * @param wired whether relays stand between all of its processes, see {@link TestCluster#wires}
 */
public record ClusterOptions(
    int nodes, Map<String, Object> settings, List<Path> classPathFirst, boolean wired) {
  public ClusterOptions {
    settings = Map.copyOf(settings);
    classPathFirst = List.copyOf(classPathFirst);
    if (nodes < 1) {
      throw new IllegalArgumentException("nodes: at least 1");
    }
  }

  public static ClusterOptions of(int nodes) {
    return new ClusterOptions(nodes, Map.of(), List.of(), false);
  }

  public ClusterOptions with(String name, Object value) {
    Map<String, Object> more = new LinkedHashMap<>(settings);
    more.put(name, value);
    return new ClusterOptions(nodes, more, classPathFirst, wired);
  }

  public ClusterOptions withFault(Path classPath) {
    return new ClusterOptions(nodes, settings, List.of(classPath), wired);
  }

  /**
   * Puts relays between nodes, and between each node and Redis, so that connections can be broken.
   */
  public ClusterOptions withWires() {
    return new ClusterOptions(nodes, settings, classPathFirst, true);
  }
}
