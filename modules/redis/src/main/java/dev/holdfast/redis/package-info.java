/**
 * The only access to Redis. {@link dev.holdfast.redis.RedisLink} is the door; behind it {@link
 * dev.holdfast.redis.Shard} is one supervised connection that comes back by itself, {@code
 * RedisWire} one life of it. {@link dev.holdfast.redis.Script} is a Lua file, {@link
 * dev.holdfast.redis.Reply} an answer. {@code RedisErrors} names what Redis refuses.
 */
@NullMarked
package dev.holdfast.redis;

import org.jspecify.annotations.NullMarked;
