/**
 * What tenants, users and channels take in Redis, and the end of it, for operators. Keys are walked
 * through at a pace that leaves Redis to the others ({@code KeyWalk}); what they take is added up
 * ({@code Tally}, {@code UsageWalk}), or they are deleted ({@code Erasing}).
 */
@NullMarked
package dev.holdfast.nodes.usage;

import org.jspecify.annotations.NullMarked;
