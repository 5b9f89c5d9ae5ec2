/**
 * The server of the baseline: plain Vert.x WebSockets, to which the same events are written as a
 * node's clients get. {@link dev.holdfast.loadtest.worker.bare.BareCommand} is its process, {@code
 * BareVerticle} has the sockets of one event loop, {@code Burst} one order to write.
 */
@NullMarked
package dev.holdfast.loadtest.worker.bare;

import org.jspecify.annotations.NullMarked;
