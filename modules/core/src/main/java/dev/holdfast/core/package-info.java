/**
 * What every module speaks: identifiers, error codes, the caller, and the messages of the event bus
 * with their codec. {@code SecretFile} is where generated secrets are kept.
 */
package dev.holdfast.core;
