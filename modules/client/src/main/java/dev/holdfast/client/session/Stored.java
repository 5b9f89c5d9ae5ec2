package dev.holdfast.client.session;

/**
 * The answer to a durable publication: it is stored, once.
 *
 * @param cursor null if its place is not known any more
 * @param duplicate whether an earlier sending had stored it
 */
public record Stored(Cursor cursor, boolean duplicate) {}
