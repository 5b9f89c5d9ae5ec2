/**
 * One node of a cluster: {@link dev.holdfast.app.node.NodeProcess} is the process, {@code Node}
 * what joined the bus in it, {@code NodeLife} what serves from start to stop, {@code StartChecks}
 * what is made sure of before.
 */
package dev.holdfast.app.node;
