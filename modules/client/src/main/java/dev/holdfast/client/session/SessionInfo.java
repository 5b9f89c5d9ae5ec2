package dev.holdfast.client.session;

/**
 * The session that a connection holds.
 *
 * @param resumed false for a new session, which knows nothing of an earlier one
 * @param generation counts its connections
 * @param node the node that serves it now
 */
public record SessionInfo(String id, boolean resumed, long generation, String node) {}
