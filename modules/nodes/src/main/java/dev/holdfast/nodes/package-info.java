/**
 * The life of nodes. {@link dev.holdfast.nodes.NodesVerticle} holds this node's {@code Lease}, and
 * its {@code Reaper} and {@code Sweeper} see to the sessions of nodes that died and to those that
 * end.
 */
@NullMarked
package dev.holdfast.nodes;

import org.jspecify.annotations.NullMarked;
