package dev.holdfast.auth.revocation;

/**
 * A revocation as it is in Redis.
 *
 * @param id of its entry in the stream
 */
record Noted(String id, Revocation revocation) {}
