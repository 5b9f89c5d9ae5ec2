/** The workers of a run, as their coordinator sees them. */
@NullMarked
package dev.holdfast.loadtest.run.workers;

import org.jspecify.annotations.NullMarked;
