/**
 * What every module speaks: identifiers, error codes, the caller, and the messages of the event bus
 * with their codec.
 */
package dev.holdfast.core;
