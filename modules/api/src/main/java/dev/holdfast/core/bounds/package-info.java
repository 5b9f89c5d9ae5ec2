/** What keeps one from taking what is others': bytes, turns, connections, lines of the log. */
package dev.holdfast.core.bounds;
