/**
 * The usage of Redis by tenants, users and channels, and the erasing of their data, for operators.
 * {@code KeyWalk} walks through the keys at a pace that leaves Redis to the others. {@code Tally}
 * and {@code UsageWalk} add up what they take, {@code Erasing} deletes them, {@code Exporting}
 * gives what they say, both by the lists of {@code Families}.
 */
@NullMarked
package dev.holdfast.nodes.usage;

import org.jspecify.annotations.NullMarked;
