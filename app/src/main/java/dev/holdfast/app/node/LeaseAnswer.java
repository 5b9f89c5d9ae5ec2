package dev.holdfast.app.node;

import dev.holdfast.core.BusValue;

/**
 * Answers a {@link LeaseQuestion}.
 *
 * @param from the node that was asked, in its present life
 * @param held whether it holds its lease
 * @param connections how many sessions are attached to it
 */
record LeaseAnswer(String from, boolean held, int connections) implements BusValue {}
