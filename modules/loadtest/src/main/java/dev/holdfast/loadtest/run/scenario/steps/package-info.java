/** Steps that scenarios have in common. */
@NullMarked
package dev.holdfast.loadtest.run.scenario.steps;

import org.jspecify.annotations.NullMarked;
