package dev.holdfast.sessions;

import dev.holdfast.core.BusValue;

/**
 * One connection, as the registry shows it.
 *
 * @param id unique
 * @param client name and version that the client gave, at most 128 characters
 * @param address the peer's address
 * @param since Redis time in ms of the attach; 0 before it
 */
public record ConnectionInfo(String id, String client, String address, long since)
    implements BusValue {}
