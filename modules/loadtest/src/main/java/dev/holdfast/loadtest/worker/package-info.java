/**
 * The measuring side of a load test, a process of its own: {@code WorkerVerticle} listens for one
 * coordinator, {@code CoordinatorLink} does what it says, {@code Assignment} is the part of the
 * plan that this process has. {@code clients} reads, {@code publish} publishes and asks, {@code
 * measure} counts; {@code bare} is the server of the baseline.
 */
@NullMarked
package dev.holdfast.loadtest.worker;

import org.jspecify.annotations.NullMarked;
