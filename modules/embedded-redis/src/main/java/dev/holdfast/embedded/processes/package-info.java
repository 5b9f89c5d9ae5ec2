/**
 * Processes of a cluster on one machine, for tools and tests: a {@link
 * dev.holdfast.embedded.processes.LocalNode} is a node over its lives, a {@link
 * dev.holdfast.embedded.processes.ChildProcess} any other part of it.
 */
@NullMarked
package dev.holdfast.embedded.processes;

import org.jspecify.annotations.NullMarked;
