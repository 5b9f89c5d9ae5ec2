/**
 * Connections that a test breaks without root: relays between processes, and lanes that hold, delay
 * or lose what goes from one to another.
 */
@NullMarked
package dev.holdfast.testkit.wire;

import org.jspecify.annotations.NullMarked;
