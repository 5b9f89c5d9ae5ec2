package dev.holdfast.channels;

import dev.holdfast.core.BusValue;
import dev.holdfast.core.Position;

/**
 * One entry of a log.
 *
 * @param at Redis time in ms of the append
 * @param json a JSON object with {@code event}, {@code data} and {@code from}
 */
public record Publication(Position position, long at, String json) implements BusValue {}
