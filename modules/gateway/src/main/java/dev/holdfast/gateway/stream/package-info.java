/**
 * Connections by server-sent events. {@code EventStreams} takes the request, {@code
 * StreamTransport} carries the connection, {@code StreamWriter} writes; {@code StreamCursors} is
 * what a message's id stands for.
 */
@NullMarked
package dev.holdfast.gateway.stream;

import org.jspecify.annotations.NullMarked;
