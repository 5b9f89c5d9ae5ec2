package dev.holdfast.client.session;

/**
 * What lies between two positions of a channel can't be had any more.
 *
 * @param from the last position that was received
 * @param to where reading goes on
 * @param reason {@code trimmed}, {@code epoch} or {@code quota}
 */
public record Gap(String channel, Cursor from, Cursor to, String reason) {}
