/** The process that answers the runs of the load test. */
@NullMarked
package dev.holdfast.loadtest.worker.agent;

import org.jspecify.annotations.NullMarked;
