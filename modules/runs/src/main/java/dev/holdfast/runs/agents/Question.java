package dev.holdfast.runs.agents;

import io.vertx.core.buffer.Buffer;

/**
 * What is asked of an agent, and how its answer becomes the run's events. Called on one context, in
 * this order: body, begins, event as often as there are some, ends. Each throws an {@link
 * AgentException} that ends the run.
 */
interface Question {
  /** Returns the request's body, JSON. */
  Buffer body();

  /** Returns whether it may be asked again after the agent has read it and failed. */
  boolean repeatable();

  /** An answer comes. */
  void begins();

  /** Takes the data of one event of the answer. */
  void event(String data);

  /** Returns whether the answer is complete, whatever else may come. */
  boolean isComplete();

  /** The answer has ended, in order or not; called also if it was complete before. */
  void ends();
}
