/**
 * Brings publications to the readers of a node: {@link dev.holdfast.channels.fanout.HubVerticle}
 * brings channels from logs and hints to the {@link dev.holdfast.channels.fanout.Fanout} of each
 * event loop, {@code Peers} notices lost hints.
 */
@NullMarked
package dev.holdfast.channels.fanout;

import org.jspecify.annotations.NullMarked;
