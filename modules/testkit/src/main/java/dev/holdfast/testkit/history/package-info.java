/** What was sent, what was received, and what does not hold of what is promised. */
@NullMarked
package dev.holdfast.testkit.history;

import org.jspecify.annotations.NullMarked;
