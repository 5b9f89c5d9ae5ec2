/** What a run is made with, and the figures that come of it. */
@NullMarked
package dev.holdfast.loadtest.run.figures;

import org.jspecify.annotations.NullMarked;
