package dev.holdfast.channels.retained;

/**
 * What an append changed of what is retained.
 *
 * @param user whose; null: the tenant's
 * @param until Redis time in ms: what counts until then
 */
public record Change(String user, long until, Amount amount) {}
