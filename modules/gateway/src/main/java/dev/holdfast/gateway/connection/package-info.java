/**
 * One connection over any transport. {@code Connection} is its life and the one place that closes
 * it; {@code Handshake} leads it to a session, {@code LiveSession} takes its frames, {@code
 * Liveness} has its deadlines, {@code pace.Pace} limits its speed. A WebSocket or a stream
 * implements {@code Transport} and {@code ClientSink}. {@code LoopConnections} has the connections
 * of one event loop, {@code SessionWiring} makes the parts of a session.
 */
@NullMarked
package dev.holdfast.gateway.connection;

import org.jspecify.annotations.NullMarked;
