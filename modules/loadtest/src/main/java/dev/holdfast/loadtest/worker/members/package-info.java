/** Processes that are members of the bus and nothing else, to measure what membership takes. */
@NullMarked
package dev.holdfast.loadtest.worker.members;

import org.jspecify.annotations.NullMarked;
