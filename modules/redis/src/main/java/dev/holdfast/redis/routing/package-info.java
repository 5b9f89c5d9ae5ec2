/** The way of a call to the shard that serves its slot, also while slots move. */
@NullMarked
package dev.holdfast.redis.routing;

import org.jspecify.annotations.NullMarked;
