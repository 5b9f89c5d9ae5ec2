package dev.holdfast.app.node;

import dev.holdfast.core.BusValue;

/** What a node sends to its own address on the clustered bus, to see whether it can be reached. */
record SelfBeat(long number) implements BusValue {}
