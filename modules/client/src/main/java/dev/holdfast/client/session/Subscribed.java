package dev.holdfast.client.session;

import org.jspecify.annotations.Nullable;

/**
 * The answer to a subscription.
 *
 * @param at the position from which reading starts; none if the channel was read before
 * @param expiresIn ms until its channel token ends; 0: there is none, or it added nothing
 */
public record Subscribed(@Nullable Cursor at, long expiresIn) {}
