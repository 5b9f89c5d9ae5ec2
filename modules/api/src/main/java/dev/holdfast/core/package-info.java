/**
 * The words of all modules: identifiers, error codes, the caller, and what may cross the event bus.
 * {@code SecretFile} is where generated secrets are kept.
 */
@NullMarked
package dev.holdfast.core;

import org.jspecify.annotations.NullMarked;
