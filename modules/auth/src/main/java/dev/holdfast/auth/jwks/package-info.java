/**
 * Key sets of issuers by URL (RFC 7517). {@link dev.holdfast.auth.jwks.KeySet} keeps one and
 * fetches it again, {@code JwksClient} is the HTTP, {@code UsableKeys} checks what came, {@code
 * KeyRoom} bounds what they take in memory.
 */
@NullMarked
package dev.holdfast.auth.jwks;

import org.jspecify.annotations.NullMarked;
