package dev.holdfast.runs;

import dev.holdfast.core.BusValue;
import dev.holdfast.core.Caller;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Names;
import dev.holdfast.core.ServiceMessage;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

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
   *
   * @param after what the page before gave as {@code next}; empty: from the first
   * @param bytes at most about so many of agents, but one at least; 0: all of them
   */
  record ListAgents(Caller caller, String tenant, String after, int bytes)
      implements AgentMessage<Listed> {
    public ListAgents {
      Objects.requireNonNull(caller, "caller");
      Names.tenant(tenant);
      after = after == null ? "" : after; // of a node of before
      if (!after.isEmpty()) {
        Names.id(after, "after");
      }
      if (bytes < 0) {
        throw HoldfastException.withPublicMessage(ErrorCode.BAD_REQUEST, "bytes: 0 or more");
      }
    }

    /** Lists all of them. */
    public ListAgents(Caller caller, String tenant) {
      this(caller, tenant, "", 0);
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

  /**
   * Asks what the runs of the tenant took that ended on a day. FORBIDDEN but to services of the
   * tenant.
   *
   * @param day in UTC, as {@code 2026-01-31}; those of 40 days are kept. BAD_REQUEST if it is none
   */
  record ShowUsage(Caller caller, String tenant, String day) implements AgentMessage<DayUsage> {
    public ShowUsage {
      Objects.requireNonNull(caller, "caller");
      Names.tenant(tenant);
      dayOf(day);
    }

    @Override
    public boolean repeatable() {
      return true;
    }

    /** Returns the day since 1970. */
    public int number() {
      return dayOf(day);
    }

    private static int dayOf(String day) {
      try {
        return Math.toIntExact(LocalDate.parse(day).toEpochDay());
      } catch (DateTimeException | ArithmeticException e) {
        throw HoldfastException.withPublicMessage(
            ErrorCode.BAD_REQUEST, "day: as 2026-01-31, in UTC");
      }
    }

    @Override
    public <R> R dispatch(Handler<R> handler) {
      return handler.usage(this);
    }
  }

  /**
   * What runs took on a day; of each kind what took most tokens first.
   *
   * @param used of each run three rows or more: its user, its agent, its models
   */
  record DayUsage(String day, List<Used> used) implements BusValue {
    private static final int ROW_BYTES = 256;

    public DayUsage {
      used = List.copyOf(used);
    }

    @Override
    public int answerBytes() {
      return used.size() * ROW_BYTES;
    }
  }

  /**
   * What the runs of one user, agent or model took on a day.
   *
   * @param kind {@code user}, {@code agent} or {@code model}
   * @param name none: of all that are not named, as there are too many, or they have no name
   * @param ms from the first claims of the runs to their ends
   */
  record Used(String kind, @Nullable String name, long runs, long ms, long tokens)
      implements BusValue {}

  /**
   * Agents, by name.
   *
   * @param next where the next page begins; none: this is the last
   */
  record Listed(List<AgentView> agents, @Nullable String next) implements BusValue {
    public Listed {
      agents = List.copyOf(agents);
    }

    @Override
    public int answerBytes() {
      return agents.stream().mapToInt(AgentView::answerBytes).sum();
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

    R usage(ShowUsage message);
  }

  <R> R dispatch(Handler<R> handler);
}
