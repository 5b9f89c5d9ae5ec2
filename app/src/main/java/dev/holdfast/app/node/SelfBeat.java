package dev.holdfast.app.node;

import dev.holdfast.core.BusValue;

/** A message of a node to its own address on the clustered bus, to see whether it is reachable. */
record SelfBeat(long number) implements BusValue {}
