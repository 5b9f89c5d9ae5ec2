/**
 * Bounds that keep one from taking what is others': bytes, turns, connections, lines of the log.
 */
@NullMarked
package dev.holdfast.core.bounds;

import org.jspecify.annotations.NullMarked;
