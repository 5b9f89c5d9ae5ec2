/**
 * The executable's command line: {@link dev.holdfast.app.Holdfast} is the main class, with one
 * class per command. What a node is configured with is in {@code config}, how it is put together in
 * {@code node}. The commands {@code load} and {@code demo} are another module's, which {@code
 * Tools} finds if its jar is there.
 */
@NullMarked
package dev.holdfast.app;

import org.jspecify.annotations.NullMarked;
