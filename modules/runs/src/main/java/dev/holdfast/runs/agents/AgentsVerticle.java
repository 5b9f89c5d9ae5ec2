package dev.holdfast.runs.agents;

import dev.holdfast.core.Caller;
import dev.holdfast.core.bus.Bus;
import dev.holdfast.runs.CancelNotice;
import dev.holdfast.runs.RunWorker;
import dev.holdfast.runs.WorkerRun;
import dev.holdfast.runs.config.AgentConfig;
import dev.holdfast.runs.config.RunsConfig;
import dev.holdfast.runs.config.SecretRef;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import java.util.ArrayList;
import java.util.HashMap;
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
  private @Nullable MessageConsumer<CancelNotice> notices;
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
    return vertx.executeBlocking(() -> keys(mine)).compose(keys -> serve(mine, keys));
  }

  private Map<String, String> keys(Map<String, AgentConfig> agents) {
    Map<String, String> keys = new HashMap<>();
    agents.forEach(
        (name, agent) -> {
          SecretRef key = agent.key();
          if (key != null) {
            keys.put(name, read(name, key));
          }
        });
    return keys;
  }

  private String read(String agent, SecretRef key) {
    try {
      return key.read(variables);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("runs.agents." + agent + ".key: " + e.getMessage());
    }
  }

  private Future<?> serve(Map<String, AgentConfig> agents, Map<String, String> keys) {
    registry.gauge("holdfast.agents.runs", runs, Set::size);
    Upstream upstream = new Upstream(vertx, config.upstreams(), registry);
    MessageConsumer<CancelNotice> consumer = vertx.eventBus().consumer(CancelNotice.ADDRESS);
    notices = consumer.handler(this::cancelled);
    return consumer
        .completion()
        .onSuccess(
            listening ->
                agents.forEach((name, agent) -> work(name, agent, keys.get(name), upstream)));
  }

  private void work(String name, AgentConfig config, @Nullable String key, Upstream upstream) {
    Agent agent = new Agent(name, config, key, upstream);
    var me = new Caller.Service(SERVICE, node, Set.of("*"), Set.of());
    workers.add(
        new RunWorker(bus, me, name, config.concurrency()).start(run -> execute(agent, run)));
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

  /** A hint; the run itself knows whether it is so. */
  private void cancelled(Message<CancelNotice> message) {
    CancelNotice notice = message.body();
    List.copyOf(runs).stream()
        .filter(run -> run.is(notice.tenant(), notice.run()))
        .forEach(AgentRun::look);
  }

  /** Runs that are under way have some time; what is left then ends with an error, at once. */
  @Override
  public Future<?> stop() {
    workers.forEach(RunWorker::claimNoMore);
    return awaitNone(LAST_RUNS_MS)
        .recover(
            late -> {
              List.copyOf(runs).forEach(AgentRun::stop);
              return awaitNone(LAST_ENDS_MS);
            })
        .otherwiseEmpty()
        .onComplete(done -> workers.forEach(RunWorker::stop))
        .eventually(() -> notices == null ? Future.succeededFuture() : notices.unregister());
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
