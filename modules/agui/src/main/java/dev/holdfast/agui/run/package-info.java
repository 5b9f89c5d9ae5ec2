/**
 * The sum of a run's events. {@link dev.holdfast.agui.run.Transcript} is a run as of one position:
 * Grammar judges what may follow, Fold keeps messages and state, Progress makes the events of its
 * owner. Snapshot is its document, Prelude what a late reader gets of it. Coalescer makes fewer
 * events of many; Chunks makes whole ones of shorthands.
 */
@NullMarked
package dev.holdfast.agui.run;

import org.jspecify.annotations.NullMarked;
