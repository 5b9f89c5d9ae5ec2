package dev.holdfast.runs.agents;

import dev.holdfast.core.Caller;
import dev.holdfast.core.bus.Bus;
import dev.holdfast.runs.RunWorker;
import dev.holdfast.runs.WorkerRun;
import dev.holdfast.runs.config.AgentConfig;
import dev.holdfast.runs.config.RunsConfig;
import dev.holdfast.runs.config.SecretRef;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Executes runs of the agents of kinds {@code openai} and {@code http}, one instance per node. It
 * claims them as any worker does, so a node that is killed has lost its runs as a worker has. Its
 * runs are touched on its own context only.
 */
public final class AgentsVerticle extends VerticleBase {
  /** The name under which nodes work on runs, for all tenants. */
  private static final String SERVICE = "agents";

  /** How long the runs of a node that stops may still take, and then their ends. */
  private static final long LAST_RUNS_MS = 5_000;

  private static final long LAST_ENDS_MS = 2_000;

  private final Bus bus;
  private final String node;
  private final RunsConfig config;
  private final MeterRegistry registry;
  private final UnaryOperator<@Nullable String> variables;
  private final List<RunWorker> workers = new ArrayList<>();
  private final Set<AgentRun> runs = new LinkedHashSet<>();
  private @Nullable Promise<Void> empty;

  /**
   * @param node its id
   * @param variables of the process, for keys
   */
  public AgentsVerticle(
      Bus bus,
      String node,
      RunsConfig config,
      MeterRegistry registry,
      UnaryOperator<@Nullable String> variables) {
    this.bus = bus;
    this.node = node;
    this.config = config;
    this.registry = registry;
    this.variables = variables;
  }

  /** Fails with an {@link IllegalArgumentException} if a key is not where it should be. */
  @Override
  public Future<?> start() {
    Map<String, AgentConfig> mine = new TreeMap<>(config.agents());
    mine.values().removeIf(agent -> !agent.byNode());
    if (mine.isEmpty()) {
      return Future.succeededFuture();
    }
    Upstream upstream = new Upstream(vertx, config.upstreams(), registry);
    return vertx.executeBlocking(() -> agents(mine, upstream)).onSuccess(this::serve);
  }

  private Map<String, Agent> agents(Map<String, AgentConfig> configured, Upstream upstream) {
    Map<String, Agent> agents = new TreeMap<>();
    configured.forEach(
        (name, agent) -> {
          String key = read(name, "key", agent.key());
          RunContext context = context(name, agent);
          agents.put(name, new Agent(name, agent, key, context, upstream));
        });
    return agents;
  }

  private @Nullable String read(String agent, String what, @Nullable SecretRef secret) {
    try {
      return secret == null ? null : secret.read(variables);
    } catch (IllegalArgumentException e) {
      throw refusal(agent, what, e);
    }
  }

  private @Nullable RunContext context(String agent, AgentConfig config) {
    String secret = read(agent, "context", config.context());
    try {
      return secret == null ? null : new RunContext(agent, secret);
    } catch (IllegalArgumentException e) {
      throw refusal(agent, "context", e);
    }
  }

  private static IllegalArgumentException refusal(
      String agent, String what, IllegalArgumentException why) {
    return new IllegalArgumentException(
        "runs.agents." + agent + "." + what + ": " + why.getMessage());
  }

  private void serve(Map<String, Agent> agents) {
    registry.gauge("holdfast.agents.runs", runs, Set::size);
    agents.forEach((name, agent) -> work(name, agent));
  }

  private void work(String name, Agent agent) {
    var me = new Caller.Service(SERVICE, node, Set.of("*"), Set.of());
    workers.add(
        new RunWorker(bus, me, name, agent.concurrency()).start(run -> execute(agent, run)));
  }

  private Future<Void> execute(Agent agent, WorkerRun run) {
    AgentRun mine = new AgentRun(agent, run);
    runs.add(mine);
    return mine.start().onComplete(over -> leave(mine));
  }

  private void leave(AgentRun run) {
    runs.remove(run);
    if (runs.isEmpty() && empty != null) {
      empty.tryComplete();
    }
  }

  /**
   * Runs of which nothing is published go to another node at once. Others have some time; what is
   * left then ends with an error.
   */
  @Override
  public Future<?> stop() {
    workers.forEach(RunWorker::claimNoMore);
    List.copyOf(runs).forEach(AgentRun::giveBack);
    return awaitNone(LAST_RUNS_MS)
        .recover(
            late -> {
              List.copyOf(runs).forEach(AgentRun::stop);
              return awaitNone(LAST_ENDS_MS);
            })
        .otherwiseEmpty()
        .eventually(() -> Future.join(workers.stream().map(RunWorker::stop).toList()));
  }

  private Future<Void> awaitNone(long ms) {
    if (runs.isEmpty()) {
      return Future.succeededFuture();
    }
    Promise<Void> none = Promise.promise();
    empty = none;
    return none.future().timeout(ms, TimeUnit.MILLISECONDS);
  }
}
