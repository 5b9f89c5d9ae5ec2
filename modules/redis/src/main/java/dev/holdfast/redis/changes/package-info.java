/** Copies of what Redis has, on every node, that follow its changes at little cost. */
@NullMarked
package dev.holdfast.redis.changes;

import org.jspecify.annotations.NullMarked;
