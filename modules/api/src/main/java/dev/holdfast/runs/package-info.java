/**
 * Runs of agents, as services on the bus see them: {@code RunMessage} starts, reads, cancels them
 * and says something to them, {@code WorkMessage} is what workers say. {@code RunWorker} says it.
 */
@NullMarked
package dev.holdfast.runs;

import org.jspecify.annotations.NullMarked;
