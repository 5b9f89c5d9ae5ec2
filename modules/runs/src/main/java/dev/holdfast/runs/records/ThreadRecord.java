package dev.holdfast.runs.records;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A thread as its record has it. Times are Redis time in ms.
 *
 * @param threadId as the client calls it
 * @param title none: it was given none
 * @param active the run that it has now; none: it has none
 * @param last the run that ended last; none: none yet
 * @param asked ids of the questions that wait for an answer; none while it has a run
 * @param version grows with each change of its document
 */
public record ThreadRecord(
    ThreadKey key,
    String owner,
    String threadId,
    @Nullable String title,
    @Nullable String active,
    @Nullable String last,
    List<String> asked,
    long version,
    long created,
    long changed) {}
