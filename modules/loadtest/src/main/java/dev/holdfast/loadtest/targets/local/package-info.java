/** Targets on this machine: processes that end with this one. */
@NullMarked
package dev.holdfast.loadtest.targets.local;

import org.jspecify.annotations.NullMarked;
