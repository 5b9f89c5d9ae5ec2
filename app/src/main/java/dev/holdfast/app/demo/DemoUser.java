package dev.holdfast.app.demo;

import java.net.URI;
import java.util.List;
import java.util.Set;

/**
 * Whom a client connects as.
 *
 * @param urls of the nodes, the first to be tried first
 * @param topic that it subscribes to
 * @param channels in which publications come
 */
record DemoUser(List<URI> urls, String token, String topic, Set<String> channels) {}
