package dev.holdfast.runs;

import dev.holdfast.core.BusValue;
import dev.holdfast.core.Caller;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Names;
import dev.holdfast.core.ServiceMessage;
import java.util.List;
import java.util.Objects;

/**
 * Requests about the agents of a tenant: those of the nodes' configuration, and those of kind
 * {@code worker} that a service has put. An agent need not be known for a run of it: then it has
 * the nodes' limits, and is in no list.
 */
public sealed interface AgentMessage<A> extends ServiceMessage<A> {
  /** The service's address on the bus. */
  String ADDRESS = "agents";

  /** Most agents of a tenant that are put. */
  int MOST_AGENTS = 256;

  /** Most characters of a description. */
  int MOST_DESCRIPTION = 1_024;

  @Override
  default String address() {
    return ADDRESS;
  }

  Caller caller();

  String tenant();

  /**
   * Lists agents by name: to a user those that it may run ({@code run:<agent>}), to a service all.
   * Of another tenant there are none.
   */
  record ListAgents(Caller caller, String tenant) implements AgentMessage<Listed> {
    public ListAgents {
      Objects.requireNonNull(caller, "caller");
      Names.tenant(tenant);
    }

    @Override
    public boolean repeatable() {
      return true;
    }

    @Override
    public <R> R dispatch(Handler<R> handler) {
      return handler.list(this);
    }
  }

  /**
   * Puts an agent of kind {@code worker}; its limits hold for the runs that start after that.
   * FORBIDDEN but to services of the tenant, BAD_REQUEST for limits out of range, CONFLICT if the
   * nodes' configuration has an agent of that name, LIMIT_EXCEEDED if there are {@link
   * #MOST_AGENTS}.
   *
   * @param description at most {@link #MOST_DESCRIPTION} characters; empty: none
   */
  record PutAgent(
      Caller caller, String tenant, String agent, String description, AgentLimits limits)
      implements AgentMessage<AgentView> {
    public PutAgent {
      checked(caller, tenant, agent);
      Objects.requireNonNull(limits, "limits");
      if (description.length() > MOST_DESCRIPTION) {
        throw HoldfastException.withPublicMessage(
            ErrorCode.BAD_REQUEST, "description: at most " + MOST_DESCRIPTION + " characters");
      }
    }

    @Override
    public <R> R dispatch(Handler<R> handler) {
      return handler.put(this);
    }
  }

  /**
   * Removes an agent that was put; runs of it go on, and may be started. FORBIDDEN but to services
   * of the tenant.
   */
  record RemoveAgent(Caller caller, String tenant, String agent) implements AgentMessage<Removed> {
    public RemoveAgent {
      checked(caller, tenant, agent);
    }

    @Override
    public <R> R dispatch(Handler<R> handler) {
      return handler.remove(this);
    }
  }

  /** Agents, by name. */
  record Listed(List<AgentView> agents) implements BusValue {
    private static final int VIEW_BYTES = 1_024;

    public Listed {
      agents = List.copyOf(agents);
    }

    @Override
    public int answerBytes() {
      return agents.size() * VIEW_BYTES;
    }
  }

  /**
   * The answer to a removal.
   *
   * @param was false: there was none
   */
  record Removed(boolean was) implements BusValue {}

  private static void checked(Caller caller, String tenant, String agent) {
    Objects.requireNonNull(caller, "caller");
    Names.tenant(tenant);
    Names.id(agent, "agent");
  }

  /** Has one method per message, so that the compiler finds a case that was forgotten. */
  interface Handler<R> {
    R list(ListAgents message);

    R put(PutAgent message);

    R remove(RemoveAgent message);
  }

  <R> R dispatch(Handler<R> handler);
}
