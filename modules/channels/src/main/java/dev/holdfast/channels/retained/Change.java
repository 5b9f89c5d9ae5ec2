package dev.holdfast.channels.retained;

import org.jspecify.annotations.Nullable;

/**
 * A change of the retained amount by an append.
 *
 * @param user its user; none: the tenant's alone
 * @param until Redis time in ms up to which it counts
 */
public record Change(@Nullable String user, long until, Amount amount) {}
