/**
 * The measurements of a worker: the coordinator's clock, latencies, its own processor time and lag,
 * and what an event loop reports of them.
 */
@NullMarked
package dev.holdfast.loadtest.worker.measure;

import org.jspecify.annotations.NullMarked;
