/**
 * The client's side of {@code holdfast.v1} without I/O: frames in, frames out. The network and the
 * application feed ClientSession, which asks a Wire for the rest. Connector is the life of its
 * connections, Readings its cursors, Questions its subscriptions, Publications its durable
 * publications, Requests its requests to services. The rules are those of the protocol's page,
 * "What a client must do".
 */
@NullMarked
package dev.holdfast.client.protocol;

import org.jspecify.annotations.NullMarked;
