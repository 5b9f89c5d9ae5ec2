/**
 * Connections by WebSocket. {@code Upgrade} takes the request, {@code SocketTransport} carries the
 * connection, {@code Inbound} reads; {@code SocketWriter} writes, and {@code WriteCoalescer}
 * flushes once for a run of the event loop.
 */
@NullMarked
package dev.holdfast.gateway.socket;

import org.jspecify.annotations.NullMarked;
