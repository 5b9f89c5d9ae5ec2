package dev.holdfast.runs;

import dev.holdfast.core.BusValue;

/**
 * An agent of a tenant, as those see it who may run it.
 *
 * @param kind who executes its runs: {@code worker}, {@code openai} or {@code http}
 * @param description empty: it has none
 * @param configured whether it is in the nodes' configuration, and can't be changed by messages
 * @param limits of its runs; all of them are set
 */
public record AgentView(
    String agent, String kind, String description, boolean configured, AgentLimits limits)
    implements BusValue {
  private static final int BESIDES = 256;

  /** Returns as many bytes as it may have in JSON, whatever the description is written in. */
  @Override
  public int answerBytes() {
    return BESIDES + agent.length() + JsonBytes.of(description);
  }
}
