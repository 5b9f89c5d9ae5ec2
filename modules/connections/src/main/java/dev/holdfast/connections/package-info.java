/**
 * The registry of connections, and the life of nodes. {@link
 * dev.holdfast.connections.ConnectionsVerticle} answers which sockets there are, on which node, of
 * whom; {@link dev.holdfast.connections.NodesVerticle} holds this node's {@code Lease}, and its
 * {@code Reaper} and {@code Sweeper} see to the sessions of nodes that died and to those that end.
 */
package dev.holdfast.connections;
