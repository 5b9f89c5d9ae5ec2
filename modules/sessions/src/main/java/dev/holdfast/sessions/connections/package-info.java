/**
 * The registry of connections, which is the attachments in sessions' records. {@link
 * dev.holdfast.sessions.connections.ConnectionsVerticle} answers which sockets there are, on which
 * node, of whom; {@link dev.holdfast.sessions.connections.LiveNodes} which nodes hold a lease.
 */
@NullMarked
package dev.holdfast.sessions.connections;

import org.jspecify.annotations.NullMarked;
