/**
 * The contract of tokens: {@link dev.holdfast.tokens.RevocationMessage}s revoke tokens that have
 * not expired yet.
 */
@NullMarked
package dev.holdfast.tokens;

import org.jspecify.annotations.NullMarked;
