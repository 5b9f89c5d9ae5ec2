package dev.holdfast.runs.ingest;

import dev.holdfast.agui.run.UserEvent;

/**
 * An event for the owner.
 *
 * @param ordinal its number among those of the run, from 1: it follows from the log alone, so
 *     announcing it again is the same publication
 * @param n the number in the run's log of the event that it follows from
 */
record News(UserEvent event, long ordinal, long n) {}
