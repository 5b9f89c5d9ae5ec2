package dev.holdfast.core;

/**
 * Marks what may cross the event bus by {@link BusCodec}: immutable records of Holdfast, and
 * nothing else.
 */
public interface BusValue {}
