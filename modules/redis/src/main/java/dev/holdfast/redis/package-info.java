/**
 * The only door to Redis. {@link dev.holdfast.redis.RedisLink} is one supervised connection ({@code
 * RedisWire} is one life of it, {@code RedisErrors} names what Redis refuses); {@link
 * dev.holdfast.redis.Script} is a Lua file, {@link dev.holdfast.redis.Reply} an answer.
 */
@NullMarked
package dev.holdfast.redis;

import org.jspecify.annotations.NullMarked;
