package dev.holdfast.loadtest.plan;

/**
 * Requests on the event bus to the registry, about the sessions of a group that are attached at the
 * worker that asks.
 *
 * @param name unique in the plan; its latencies are the series {@code call.<name>}
 * @param group whose sessions
 * @param rate per second in all workers, open model; 0 with a window
 * @param window unanswered ones of each worker; 0 with a rate
 */
public record Calls(String name, String group, Operation operation, double rate, int window) {
  /** The question that is asked. */
  public enum Operation {
    SESSION_GET,
    SESSION_LIST,
    SESSION_UPDATE,
    CONNECTION_FIND,
    CONNECTION_LIST
  }
}
