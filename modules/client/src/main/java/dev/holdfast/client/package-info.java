/**
 * The client of {@code holdfast.v1} for programs on the JVM. Holdfast is the face: channels,
 * handlers, CompletionStage. VertxWire is the network, Dispatcher calls the handlers. What makes it
 * correct is in {@code dev.holdfast.client.protocol}, which does no I/O; {@code session} has what
 * an application sees of it.
 */
@NullMarked
package dev.holdfast.client;

import org.jspecify.annotations.NullMarked;
