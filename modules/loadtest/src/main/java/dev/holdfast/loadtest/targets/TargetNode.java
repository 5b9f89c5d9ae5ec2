package dev.holdfast.loadtest.targets;

import java.net.URI;

/**
 * A node of the target.
 *
 * @param name its id, as in its welcome to clients
 * @param url its address for clients
 * @param operators its address for operators: metrics, views of nodes
 */
public record TargetNode(String name, URI url, URI operators) {
  /** Makes a node that answers clients and operators at one port. */
  public TargetNode(String name, URI url) {
    this(name, url, url);
  }
}
