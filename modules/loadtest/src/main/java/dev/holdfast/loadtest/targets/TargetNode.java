package dev.holdfast.loadtest.targets;

import java.net.URI;

/**
 * A node of the target.
 *
 * @param name its id, as it tells it to its clients
 * @param url where it answers HTTP
 */
public record TargetNode(String name, URI url) {}
