/**
 * Sessions in Redis: {@code SessionStore} is the truth, by scripts; {@code SessionIndex} has hints
 * of where to look.
 */
@NullMarked
package dev.holdfast.sessions.store;

import org.jspecify.annotations.NullMarked;
