/** The calls of a link that wait and those under way: in order, and fair between tenants. */
@NullMarked
package dev.holdfast.redis.queue;

import org.jspecify.annotations.NullMarked;
