/** The registry of connections: which sockets there are, on which node, of whom. */
package dev.holdfast.connections;
