/**
 * The event bus: {@link dev.holdfast.core.bus.ServiceClient} asks Holdfast's services, by {@link
 * dev.holdfast.core.bus.Bus}, which asks whichever instance answers; {@link
 * dev.holdfast.core.bus.Serving} is one instance, {@link dev.holdfast.core.bus.ServiceHost} answers
 * what users ask. {@link dev.holdfast.core.bus.BusCodec} is the form on the wire.
 */
@NullMarked
package dev.holdfast.core.bus;

import org.jspecify.annotations.NullMarked;
