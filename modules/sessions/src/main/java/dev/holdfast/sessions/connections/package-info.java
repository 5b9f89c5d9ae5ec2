/**
 * The registry of connections, which is the attachments in sessions' records. {@link
 * dev.holdfast.sessions.connections.ConnectionsVerticle} lists sockets with their nodes and users;
 * {@link dev.holdfast.sessions.connections.LiveNodes} reads the nodes that hold a lease.
 */
@NullMarked
package dev.holdfast.sessions.connections;

import org.jspecify.annotations.NullMarked;
