package dev.holdfast.loadtest.worker.clients;

/** A session that is attached at this worker, and its user. */
public record AttachedSession(String session, String user) {}
