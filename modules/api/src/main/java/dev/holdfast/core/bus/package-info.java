/**
 * The event bus: {@link dev.holdfast.core.bus.Bus} asks whichever instance of a service answers,
 * {@link dev.holdfast.core.bus.Serving} is one instance, {@link dev.holdfast.core.bus.ServiceHost}
 * answers what users ask. {@link dev.holdfast.core.bus.BusCodec} is the form on the wire.
 */
@NullMarked
package dev.holdfast.core.bus;

import org.jspecify.annotations.NullMarked;
