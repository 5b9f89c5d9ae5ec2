package dev.holdfast.client.session;

/**
 * Events of a channel that are gone: those between two positions.
 *
 * @param from the last position that was received
 * @param to the position from which reading goes on
 * @param reason {@code trimmed}, {@code epoch} or {@code quota}
 */
public record Gap(String channel, Cursor from, Cursor to, String reason) {}
