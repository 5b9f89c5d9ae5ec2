package dev.holdfast.channels;

import dev.holdfast.core.BusValue;
import dev.holdfast.core.Position;

/**
 * The publications after {@code from} up to {@code to}, which can't be served.
 *
 * @param reason {@code trimmed}: retention; {@code epoch}: the store lost it
 */
public record Gap(Position from, Position to, String reason) implements BusValue {}
