/**
 * The contract of the registry of connections: {@link dev.holdfast.connections.ConnectionsClient}
 * asks which sockets there are, on which node, of whom.
 */
@NullMarked
package dev.holdfast.connections;

import org.jspecify.annotations.NullMarked;
