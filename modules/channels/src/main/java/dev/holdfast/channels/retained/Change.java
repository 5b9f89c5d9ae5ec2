package dev.holdfast.channels.retained;

import org.jspecify.annotations.Nullable;

/**
 * A change, by an append, of what is retained.
 *
 * @param user whose; none: the tenant's
 * @param until Redis time in ms: what counts until then
 */
public record Change(@Nullable String user, long until, Amount amount) {}
