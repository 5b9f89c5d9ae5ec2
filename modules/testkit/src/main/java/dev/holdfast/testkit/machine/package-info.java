/** Orphaned processes, folders, HTTP and waits. */
@NullMarked
package dev.holdfast.testkit.machine;

import org.jspecify.annotations.NullMarked;
