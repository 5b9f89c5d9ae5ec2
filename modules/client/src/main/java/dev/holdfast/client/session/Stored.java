package dev.holdfast.client.session;

import org.jspecify.annotations.Nullable;

/**
 * The answer to a durable publication: it is stored, once.
 *
 * @param cursor none: its place is not known any more
 * @param duplicate whether an earlier sending had stored it
 */
public record Stored(@Nullable Cursor cursor, boolean duplicate) {}
