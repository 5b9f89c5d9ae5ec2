/**
 * One connection, whatever carries it. {@code Connection} is its life, and the one place that
 * closes it; {@code Handshake} its way to a session, {@code LiveSession} what it does with it,
 * {@code Liveness} its times, {@code Pace} its speed. {@code Transport} and {@code ClientSink} are
 * what a WebSocket or a stream has to be. {@code LoopConnections} has those of one event loop,
 * {@code SessionWiring} makes the parts of a session.
 */
@NullMarked
package dev.holdfast.gateway.connection;

import org.jspecify.annotations.NullMarked;
