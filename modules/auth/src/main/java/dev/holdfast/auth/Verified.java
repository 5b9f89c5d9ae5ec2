package dev.holdfast.auth;

import dev.holdfast.core.Caller;

/**
 * The content of a valid token.
 *
 * @param caller whom it was issued to
 * @param expiresAt when it stops being valid, ms since 1970; 0: never
 */
public record Verified(Caller.User caller, long expiresAt) {}
