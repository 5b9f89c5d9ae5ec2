package dev.holdfast.connections;

import dev.holdfast.core.BusValue;

/**
 * A node's description of itself, for people.
 *
 * @param address where its clients connect, for example {@code 10.0.0.7:8080}
 * @param version of the software
 */
public record NodeInfo(String address, String version) implements BusValue {}
