/** The things that a Redis server says of itself: version, role, data, memory. */
@NullMarked
package dev.holdfast.redis.server;

import org.jspecify.annotations.NullMarked;
