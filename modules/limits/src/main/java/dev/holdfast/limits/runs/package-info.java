/**
 * What the runs of a tenant's agents may take: {@link dev.holdfast.limits.runs.RunAmounts} by node,
 * and {@link dev.holdfast.limits.runs.FollowedRunLimits} as it is set for single tenants.
 */
@NullMarked
package dev.holdfast.limits.runs;

import org.jspecify.annotations.NullMarked;
