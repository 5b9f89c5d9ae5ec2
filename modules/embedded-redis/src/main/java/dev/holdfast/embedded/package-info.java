/**
 * {@link dev.holdfast.embedded.EmbeddedRedis} is a real Redis server as a process of its own, for
 * development, small installations and tests; {@link dev.holdfast.embedded.RedisWatch} starts it
 * again where it ends by itself.
 */
@NullMarked
package dev.holdfast.embedded;

import org.jspecify.annotations.NullMarked;
