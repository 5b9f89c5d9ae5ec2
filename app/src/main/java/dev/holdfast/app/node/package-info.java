/**
 * One node of a cluster: {@link dev.holdfast.app.node.NodeProcess} is the process, {@code Node} is
 * the member of the bus in it, and {@code NodeLife} holds the services from start to stop.
 */
@NullMarked
package dev.holdfast.app.node;

import org.jspecify.annotations.NullMarked;
