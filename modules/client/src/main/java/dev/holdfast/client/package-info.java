/**
 * The client of {@code holdfast.v1} for programs on the JVM. Holdfast is the class that
 * applications use: channels, handlers, CompletionStage. VertxWire is the network, Dispatcher calls
 * the handlers. The rules of the protocol are in {@code dev.holdfast.client.protocol}, which does
 * no I/O; {@code session} has the types that an application sees.
 */
@NullMarked
package dev.holdfast.client;

import org.jspecify.annotations.NullMarked;
