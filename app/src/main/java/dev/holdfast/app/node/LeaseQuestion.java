package dev.holdfast.app.node;

import dev.holdfast.core.BusValue;

/**
 * Asks another node whether it holds its lease; answered by {@link LeaseAnswer}.
 *
 * @param from the address of the node that asks
 */
record LeaseQuestion(String from) implements BusValue {}
