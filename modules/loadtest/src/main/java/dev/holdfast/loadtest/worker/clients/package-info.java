/**
 * The clients of a load test: {@link dev.holdfast.loadtest.worker.clients.ClientsVerticle} has
 * those of one event loop. {@code SessionClient} counts what becomes of a session of the client
 * library, whose connections are a {@code SessionWire}; {@code BareClient} only reads; both keep a
 * {@code Ledger} for each channel. {@code EventReader} reads events without a tree; {@code
 * Connection} is one WebSocket.
 */
@NullMarked
package dev.holdfast.loadtest.worker.clients;

import org.jspecify.annotations.NullMarked;
