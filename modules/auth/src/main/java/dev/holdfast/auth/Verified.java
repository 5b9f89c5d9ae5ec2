package dev.holdfast.auth;

import dev.holdfast.core.Caller;

/**
 * What a valid token says.
 *
 * @param caller whom it was issued to
 * @param expiresAt when it stops being valid, ms since 1970; 0: never
 */
public record Verified(Caller.User caller, long expiresAt) {}
