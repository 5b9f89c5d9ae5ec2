/**
 * The client's side of {@code holdfast.v1} without I/O: frames in, frames out. ClientSession is fed
 * with what the network and the application do, and asks a Wire for the rest. Connector is the life
 * of its connections, Readings its cursors, Questions its subscriptions, Publications what it
 * publishes, Requests what it asks of services. The rules are those of the protocol's page, "What a
 * client must do".
 */
@NullMarked
package dev.holdfast.client.protocol;

import org.jspecify.annotations.NullMarked;
