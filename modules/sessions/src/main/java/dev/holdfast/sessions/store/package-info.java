/**
 * Sessions in Redis: {@code SessionStore} is the truth, by scripts; {@code SessionIndex} has hints
 * of where to look.
 */
package dev.holdfast.sessions.store;
