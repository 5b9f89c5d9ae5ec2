/**
 * Runs and threads in Redis: {@code RunStore} has the truth of each run, {@code ThreadStore} of
 * each thread, {@code PlaceStore} what of them may be active. {@code QueueStore} and {@code
 * DueStore} are hints: which runs wait for a worker, and which have to be looked at.
 */
@NullMarked
package dev.holdfast.runs.records;

import org.jspecify.annotations.NullMarked;
