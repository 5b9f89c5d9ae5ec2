package dev.holdfast.app.node;

import dev.holdfast.core.BusValue;

/** Whether the node that was asked by {@link LeaseQuestion} holds its lease. */
record LeaseAnswer(boolean held) implements BusValue {}
