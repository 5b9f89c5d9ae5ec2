/** What runs of agents took, day by day: {@link dev.holdfast.runs.usage.UsageStore}. */
@NullMarked
package dev.holdfast.runs.usage;

import org.jspecify.annotations.NullMarked;
