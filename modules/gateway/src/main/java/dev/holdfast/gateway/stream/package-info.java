/**
 * Connections by server-sent events. {@code EventStreams} takes the request, {@code
 * StreamTransport} carries the connection, {@code StreamWriter} writes; {@code StreamCursors} is
 * what a message's id stands for.
 */
package dev.holdfast.gateway.stream;
