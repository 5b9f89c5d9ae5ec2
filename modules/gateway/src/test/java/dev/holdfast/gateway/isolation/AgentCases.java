package dev.holdfast.gateway.isolation;

import dev.holdfast.runs.AgentLimits;
import dev.holdfast.runs.AgentMessage;

/** Those of {@link BusCases} that are about agents. */
final class AgentCases {
  private AgentCases() {}

  static void add() {
    BusCases.add(
        AgentMessage.ListAgents.class,
        a -> new AgentMessage.ListAgents(a.caller(), a.tenant(), "", 0));
    BusCases.add(
        AgentMessage.ShowUsage.class,
        a -> new AgentMessage.ShowUsage(a.caller(), a.tenant(), "2026-01-31"));
    BusCases.add(
        AgentMessage.PutAgent.class,
        a ->
            new AgentMessage.PutAgent(
                a.caller(), a.tenant(), a.thing("agent"), "mine", AgentLimits.DEFAULTS));
    BusCases.add(
        AgentMessage.RemoveAgent.class,
        a -> new AgentMessage.RemoveAgent(a.caller(), a.tenant(), a.thing("agent")));
  }
}
