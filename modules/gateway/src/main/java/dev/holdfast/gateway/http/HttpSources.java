package dev.holdfast.gateway.http;

import dev.holdfast.connections.ConnectionsClient;
import dev.holdfast.core.NodeId;
import dev.holdfast.files.Transfers;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;

/**
 * What the HTTP API uses besides what the gateways have anyway.
 *
 * @param nodes live nodes as this one sees them; safe on any thread
 * @param config the configuration in force, one JSON object without secrets; safe on any thread
 * @param files null: this node serves none
 */
public record HttpSources(
    ConnectionsClient connections,
    Supplier<Set<NodeId>> nodes,
    Supplier<String> config,
    Transfers files) {
  public HttpSources {
    Objects.requireNonNull(connections, "connections");
    Objects.requireNonNull(nodes, "nodes");
    Objects.requireNonNull(config, "config");
  }

  /** Of a node that serves no files. */
  public HttpSources(
      ConnectionsClient connections, Supplier<Set<NodeId>> nodes, Supplier<String> config) {
    this(connections, nodes, config, null);
  }
}
