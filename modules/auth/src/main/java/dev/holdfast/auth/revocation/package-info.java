/**
 * Revoked tokens. {@link dev.holdfast.auth.revocation.RevocationsVerticle} follows the stream of
 * revocations in Redis and adds to it; {@link dev.holdfast.auth.revocation.Revocations} is what a
 * node knows of it.
 */
@NullMarked
package dev.holdfast.auth.revocation;

import org.jspecify.annotations.NullMarked;
