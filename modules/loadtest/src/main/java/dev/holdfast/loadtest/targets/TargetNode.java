package dev.holdfast.loadtest.targets;

import java.net.URI;

/**
 * A node of the target.
 *
 * @param name its id, as it tells it to its clients
 * @param url where it answers clients
 * @param operators where it answers its operators: metrics, views of nodes
 */
public record TargetNode(String name, URI url, URI operators) {
  /** One that answers both at one port. */
  public TargetNode(String name, URI url) {
    this(name, url, url);
  }
}
