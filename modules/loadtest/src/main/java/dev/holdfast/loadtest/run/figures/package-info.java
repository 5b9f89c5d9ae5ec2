/** The settings of a run, and the figures that it measures. */
@NullMarked
package dev.holdfast.loadtest.run.figures;

import org.jspecify.annotations.NullMarked;
