/**
 * Who did what: an {@link dev.holdfast.core.audit.Origin} names who is behind a request that a node
 * makes for another, a {@link dev.holdfast.core.audit.Witness} sees requests before they are
 * answered.
 */
@NullMarked
package dev.holdfast.core.audit;

import org.jspecify.annotations.NullMarked;
