/**
 * The contract of sessions: {@link dev.holdfast.sessions.SessionsClient} asks, {@link
 * dev.holdfast.sessions.SessionMessage} and {@link dev.holdfast.sessions.Answer} are what it says,
 * {@link dev.holdfast.sessions.NodeNotice}s go to the nodes concerned.
 */
@NullMarked
package dev.holdfast.sessions;

import org.jspecify.annotations.NullMarked;
