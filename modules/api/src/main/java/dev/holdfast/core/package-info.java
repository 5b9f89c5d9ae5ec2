/**
 * The words of all modules: identifiers, error codes, the caller, and what may cross the event bus.
 */
@NullMarked
package dev.holdfast.core;

import org.jspecify.annotations.NullMarked;
