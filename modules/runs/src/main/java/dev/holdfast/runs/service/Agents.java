package dev.holdfast.runs.service;

import dev.holdfast.core.Caller;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.bounds.FairTurns;
import dev.holdfast.runs.AgentLimits;
import dev.holdfast.runs.AgentMessage;
import dev.holdfast.runs.AgentMessage.DayUsage;
import dev.holdfast.runs.AgentMessage.Listed;
import dev.holdfast.runs.AgentMessage.Removed;
import dev.holdfast.runs.AgentView;
import dev.holdfast.runs.config.AgentConfig;
import dev.holdfast.runs.config.RunLimits;
import dev.holdfast.runs.config.RunsConfig;
import dev.holdfast.runs.records.AgentRecord;
import dev.holdfast.runs.records.AgentStore;
import dev.holdfast.runs.usage.UsageStore;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The agents of tenants: those of the node's configuration, which every tenant has, and those that
 * a tenant's services put. Confined to its context.
 */
final class Agents implements AgentMessage.Handler<Future<?>> {
  private final RunsConfig config;
  private final AgentStore agents;
  private final UsageStore usage;
  private final FairTurns turns;

  /**
   * @param turns in which what is large is read
   */
  Agents(RunsConfig config, AgentStore agents, UsageStore usage, FairTurns turns) {
    this.config = config;
    this.agents = agents;
    this.usage = usage;
    this.turns = turns;
  }

  /** Returns the limits of a run that starts now. */
  Future<RunLimits> limits(String tenant, String agent) {
    return config.agents().containsKey(agent)
        ? Future.succeededFuture(config.limitsOf(agent))
        : agents
            .get(tenant, agent)
            .map(put -> put.map(AgentRecord::limits).orElse(config.limitsOf(agent)));
  }

  @Override
  public Future<?> list(AgentMessage.ListAgents message) {
    Caller caller = message.caller();
    boolean service = caller instanceof Caller.Service;
    if (!caller.actsFor(message.tenant()) || !service && !mayRunSome(caller)) {
      return Future.succeededFuture(new Listed(List.of(), null));
    }
    return turns
        .run(message.tenant(), () -> agents.all(message.tenant()))
        .map(
            put -> {
              var all = new TreeMap<String, AgentView>();
              put.forEach((name, agent) -> all.put(name, view(name, agent)));
              config.agents().forEach((name, agent) -> all.put(name, view(name, agent)));
              all.keySet().removeIf(name -> !service && !caller.permits("run", name));
              return page(all, message);
            });
  }

  private static Listed page(NavigableMap<String, AgentView> all, AgentMessage.ListAgents message) {
    List<AgentView> page = new ArrayList<>();
    long bytes = 0;
    for (AgentView one : all.tailMap(message.after(), false).values()) {
      bytes += one.answerBytes();
      if (message.bytes() > 0 && bytes > message.bytes() && !page.isEmpty()) {
        return new Listed(page, page.get(page.size() - 1).agent());
      }
      page.add(one);
    }
    return new Listed(page, null);
  }

  /** Nothing is looked up for a user who may run no agent. */
  private static boolean mayRunSome(Caller caller) {
    return caller.permissions().stream()
        .anyMatch(held -> held.startsWith("run:") || held.equals("*"));
  }

  @Override
  public Future<?> put(AgentMessage.PutAgent message) {
    ofService(message);
    String name = message.agent();
    if (config.agents().containsKey(name)) {
      throw HoldfastException.withPublicMessage(
          ErrorCode.CONFLICT, "agent: the nodes' configuration has one of that name");
    }
    var agent = new AgentRecord(message.description(), limits(message.limits()));
    return agents
        .put(message.tenant(), name, agent)
        .map(
            done -> {
              if (!done) {
                throw HoldfastException.withPublicMessage(
                    ErrorCode.LIMIT_EXCEEDED,
                    "agents: at most " + AgentMessage.MOST_AGENTS + " of a tenant");
              }
              return view(name, agent);
            });
  }

  @Override
  public Future<?> remove(AgentMessage.RemoveAgent message) {
    ofService(message);
    return agents.remove(message.tenant(), message.agent()).map(Removed::new);
  }

  @Override
  public Future<?> usage(AgentMessage.ShowUsage message) {
    ofService(message);
    return turns
        .run(message.tenant(), () -> usage.day(message.tenant(), message.number()))
        .map(used -> new DayUsage(message.day(), used));
  }

  /** Whatever there is in the tenant. */
  private static void ofService(AgentMessage<?> message) {
    Caller caller = message.caller();
    if (!(caller instanceof Caller.Service) || !caller.actsFor(message.tenant())) {
      throw HoldfastException.withPublicMessage(
          ErrorCode.FORBIDDEN, "agents, and what they took, are for services of their tenant");
    }
  }

  /** What is left out is the node's default of all agents. */
  private RunLimits limits(AgentLimits wanted) {
    RunLimits usual = config.limits();
    try {
      return new RunLimits(
          time(wanted.queue(), usual.queue()),
          time(wanted.lease(), usual.lease()),
          time(wanted.idle(), usual.idle()),
          time(wanted.longest(), usual.longest()),
          time(wanted.grace(), usual.grace()),
          attempts(wanted.attempts(), usual.attempts()));
    } catch (IllegalArgumentException e) {
      throw HoldfastException.withPublicMessage(
          ErrorCode.BAD_REQUEST, String.valueOf(e.getMessage()));
    }
  }

  private static Duration time(@Nullable Long ms, Duration usual) {
    return ms == null ? usual : Duration.ofMillis(ms);
  }

  /** For the limits themselves 0 is the default. */
  private static int attempts(@Nullable Integer wanted, int usual) {
    if (wanted != null && wanted == 0) {
      throw new IllegalArgumentException("agent: attempts: 1 to 100, not 0");
    }
    return wanted == null ? usual : wanted;
  }

  private static AgentView view(String name, AgentRecord agent) {
    return new AgentView(name, "worker", agent.description(), false, view(agent.limits()));
  }

  private static AgentView view(String name, AgentConfig agent) {
    String kind = String.valueOf(agent.kind()).toLowerCase(Locale.ROOT);
    return new AgentView(name, kind, "", true, view(agent.limits()));
  }

  private static AgentLimits view(RunLimits limits) {
    return new AgentLimits(
        limits.queue().toMillis(),
        limits.lease().toMillis(),
        limits.idle().toMillis(),
        limits.longest().toMillis(),
        limits.grace().toMillis(),
        limits.attempts());
  }
}
