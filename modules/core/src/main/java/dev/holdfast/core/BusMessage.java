package dev.holdfast.core;

/** A request on the event bus. {@code A} is the type of its answer: a {@link BusValue}, or Void. */
public interface BusMessage<A> extends BusValue {}
