/**
 * What is said to runs that go on, in Redis: {@code InboxStore} takes it, and gives it to workers.
 * Who may say something, and what, is the service's to decide.
 */
@NullMarked
package dev.holdfast.runs.inbox;

import org.jspecify.annotations.NullMarked;
