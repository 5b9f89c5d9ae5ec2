/** Steps that scenarios have in common. */
package dev.holdfast.loadtest.run.scenario.steps;
