/**
 * The clients of a load test: {@link dev.holdfast.loadtest.worker.clients.ClientsVerticle} has
 * those of one event loop. {@code SessionClient} speaks {@code holdfast.v1} and comes back by its
 * rules, {@code BareClient} only reads; both keep a {@code Ledger} for each channel. {@code
 * EventReader} reads events without a tree; {@code Wire} is one connection.
 */
@NullMarked
package dev.holdfast.loadtest.worker.clients;

import org.jspecify.annotations.NullMarked;
