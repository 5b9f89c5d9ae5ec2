/** The calls of a link, waiting and under way: kept in order, and fair between tenants. */
@NullMarked
package dev.holdfast.redis.queue;

import org.jspecify.annotations.NullMarked;
