/**
 * The scenarios, each a class of its own; {@link dev.holdfast.loadtest.run.scenario.Scenarios}
 * lists them.
 */
package dev.holdfast.loadtest.run.scenario;
