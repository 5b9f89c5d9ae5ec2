package dev.holdfast.runs.records;

import org.jspecify.annotations.Nullable;

/**
 * A thread as its record has it. Times are Redis time in ms.
 *
 * @param threadId as the client calls it
 * @param active the run that it has now; none: it has none
 * @param last the run that ended last; none: none yet
 * @param version grows with each change of its document
 */
public record ThreadRecord(
    ThreadKey key,
    String owner,
    String threadId,
    @Nullable String active,
    @Nullable String last,
    long version,
    long created,
    long changed) {}
