/**
 * What every module speaks: identifiers, error codes, the caller, and the event bus with its codec.
 * {@link dev.holdfast.core.ServiceHost} answers what users ask of a service; {@code SecretFile} is
 * where generated secrets are kept.
 */
package dev.holdfast.core;
