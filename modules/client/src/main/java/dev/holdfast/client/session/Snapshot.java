package dev.holdfast.client.session;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * What the events of a channel add up to. It stands for all of them up to the cursor.
 *
 * @param data of a run: {@code messages}, {@code state}, and what is open
 */
public record Snapshot(String channel, Cursor cursor, JsonNode data) {}
