/**
 * The scenarios, each a class of its own; {@link dev.holdfast.loadtest.run.scenario.Scenarios}
 * lists them.
 */
@NullMarked
package dev.holdfast.loadtest.run.scenario;

import org.jspecify.annotations.NullMarked;
