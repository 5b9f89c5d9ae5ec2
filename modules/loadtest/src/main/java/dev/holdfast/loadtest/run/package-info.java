/**
 * A run: {@link dev.holdfast.loadtest.run.Scenarios} are what can be run, {@link
 * dev.holdfast.loadtest.run.figures.Settings} with what, {@link
 * dev.holdfast.loadtest.run.Coordinator} runs one with its {@link
 * dev.holdfast.loadtest.run.workers.Workers} against a target and makes the result. A scenario is
 * written as steps of a {@link dev.holdfast.loadtest.run.Run}.
 */
@NullMarked
package dev.holdfast.loadtest.run;

import org.jspecify.annotations.NullMarked;
