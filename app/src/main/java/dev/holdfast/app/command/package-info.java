/**
 * What the commands have in common: where their settings come from, how they ask a node, and how
 * they end.
 */
@NullMarked
package dev.holdfast.app.command;

import org.jspecify.annotations.NullMarked;
