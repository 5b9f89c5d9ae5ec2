/**
 * The contract of the registry of connections: {@link dev.holdfast.connections.ConnectionMessage}s
 * ask which sockets there are, on which node, of whom.
 */
@NullMarked
package dev.holdfast.connections;

import org.jspecify.annotations.NullMarked;
