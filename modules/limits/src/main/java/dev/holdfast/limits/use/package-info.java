/**
 * What tenants use, day by day: {@link dev.holdfast.limits.use.Uses} counts at a node, {@link
 * dev.holdfast.limits.use.UseReports} reports it to Redis.
 */
@NullMarked
package dev.holdfast.limits.use;

import org.jspecify.annotations.NullMarked;
