/**
 * The issuers that operators add while nodes run. {@link dev.holdfast.auth.issuers.IssuersVerticle}
 * changes them, and follows what Redis has of them; {@code KnownIssuers} is what a node knows.
 */
@NullMarked
package dev.holdfast.auth.issuers;

import org.jspecify.annotations.NullMarked;
