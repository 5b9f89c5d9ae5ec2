/**
 * The target of the load, and the figures that are read from it: {@link
 * dev.holdfast.loadtest.targets.local.OwnCluster} starts nodes and a Redis on this machine, {@link
 * dev.holdfast.loadtest.targets.ExistingCluster} goes to one that is there, {@link
 * dev.holdfast.loadtest.targets.Samples} looks at nodes and Redis once a second.
 */
@NullMarked
package dev.holdfast.loadtest.targets;

import org.jspecify.annotations.NullMarked;
