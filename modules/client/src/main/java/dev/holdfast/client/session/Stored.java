package dev.holdfast.client.session;

import org.jspecify.annotations.Nullable;

/**
 * The answer to a durable publication: it is stored, once.
 *
 * @param cursor none if its position is forgotten
 * @param duplicate whether an earlier sending had stored it
 */
public record Stored(@Nullable Cursor cursor, boolean duplicate) {}
