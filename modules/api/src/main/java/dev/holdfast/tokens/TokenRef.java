package dev.holdfast.tokens;

import dev.holdfast.core.BusValue;

/**
 * Names a token without showing it.
 *
 * @param digest SHA-256 of what the issuer signed, base64url, 43 characters
 * @param endsAt when it expires, ms since 1970; 0: never
 */
public record TokenRef(String digest, long endsAt) implements BusValue {}
