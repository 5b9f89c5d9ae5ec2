/**
 * Connections by server-sent events. {@code EventStreams} takes the request, {@code
 * StreamTransport} carries the connection, {@code StreamWriter} writes; {@code StreamCursors} is
 * the meaning of a message's id. {@code RunStreams}, {@code RunTransport} and {@code RunSink} do
 * the same for one run.
 */
@NullMarked
package dev.holdfast.gateway.stream;

import org.jspecify.annotations.NullMarked;
