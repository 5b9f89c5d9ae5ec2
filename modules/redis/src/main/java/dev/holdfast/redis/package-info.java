/** The only door to Redis: supervised connections, scripts, key names, and the embedded server. */
package dev.holdfast.redis;
