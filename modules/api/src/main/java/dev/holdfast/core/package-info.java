/**
 * What every module speaks: identifiers, error codes, the caller, and what may cross the event bus.
 * {@code SecretFile} is where generated secrets are kept.
 */
package dev.holdfast.core;
