/** What was sent, what was received, and what does not hold of what is promised. */
package dev.holdfast.testkit.history;
