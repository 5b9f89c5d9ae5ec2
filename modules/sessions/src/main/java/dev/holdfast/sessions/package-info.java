/**
 * Durable sessions: who they are, where they are attached, when they end. {@link
 * dev.holdfast.sessions.SessionsClient} asks, {@link dev.holdfast.sessions.SessionsVerticle} serves
 * {@link dev.holdfast.sessions.SessionMessage}s: {@code Attaching}, {@code Ending}, {@code Listing}
 * and {@code Upkeep} do them with {@code SessionStore} (the truth, by scripts) and {@code
 * SessionIndex} (hints); {@link dev.holdfast.sessions.NodeNotice}s tell the nodes concerned.
 */
package dev.holdfast.sessions;
