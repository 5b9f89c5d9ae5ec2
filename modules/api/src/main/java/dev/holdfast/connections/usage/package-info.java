/**
 * The contract of usage, for operators: {@link dev.holdfast.connections.usage.UsageMessage}s ask
 * what tenants, users and channels take in Redis.
 */
@NullMarked
package dev.holdfast.connections.usage;

import org.jspecify.annotations.NullMarked;
