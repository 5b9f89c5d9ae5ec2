/**
 * Events of runs, from their workers to their readers. {@code Ingest} takes a worker's batches,
 * {@code Finishing} brings a run to its end. Both work on a {@code LiveRun}, which {@code Loading}
 * makes of snapshot and log; {@code RunLog} is the log, {@code OwnerEvents} the owner's events.
 */
@NullMarked
package dev.holdfast.runs.ingest;

import org.jspecify.annotations.NullMarked;
