/**
 * The contract of sessions: {@link dev.holdfast.sessions.SessionMessage}s ask, {@link
 * dev.holdfast.sessions.Answer}s and views are what comes back, {@link
 * dev.holdfast.sessions.NodeNotice}s go to the nodes concerned.
 */
@NullMarked
package dev.holdfast.sessions;

import org.jspecify.annotations.NullMarked;
