package dev.holdfast.loadtest.targets;

import java.net.URI;
import java.util.List;

/**
 * The access of operators to the nodes of an existing cluster.
 *
 * @param tenant that may ask about the nodes
 * @param urls of the nodes' ports for it, in the order of the nodes; empty: those of clients
 */
public record Operators(String tenant, List<URI> urls) {
  public Operators {
    urls = List.copyOf(urls);
  }

  URI of(List<URI> nodes, int index) {
    return urls.isEmpty() ? nodes.get(index) : urls.get(index);
  }
}
