/** Compares what was sent and received with what Holdfast promises. */
@NullMarked
package dev.holdfast.testkit.history;

import org.jspecify.annotations.NullMarked;
