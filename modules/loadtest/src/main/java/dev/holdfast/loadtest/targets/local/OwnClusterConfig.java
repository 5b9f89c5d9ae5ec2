package dev.holdfast.loadtest.targets.local;

import dev.holdfast.loadtest.targets.Fsync;
import java.util.List;
import java.util.Map;

/**
 * The settings of an {@link OwnCluster}.
 *
 * @param nodes 1 to 16
 * @param server the program that has the command {@code serve}
 * @param jvmOptions of the nodes
 * @param settings of the nodes, as {@code serve --set} takes them
 * @param fsync of its Redis
 */
public record OwnClusterConfig(
    int nodes,
    Program server,
    List<String> jvmOptions,
    Map<String, String> settings,
    Fsync fsync,
    Processors processors) {
  public OwnClusterConfig {
    jvmOptions = List.copyOf(jvmOptions);
    settings = Map.copyOf(settings);
  }
}
