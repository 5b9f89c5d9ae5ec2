package dev.holdfast.runs.records;

import dev.holdfast.redis.Keys;
import dev.holdfast.redis.RedisLink;
import dev.holdfast.redis.Script;
import dev.holdfast.redis.ShardValue;
import dev.holdfast.runs.AgentMessage;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The agents of tenants in Redis, each a field of some KiB of its tenant's hash. Used on the
 * context of its link.
 */
public final class AgentStore {
  private static final Script PUT = Script.of("runs", "run_prelude", "agent_put");
  private static final Script REMOVE = Script.of("runs", "run_prelude", "agent_remove");

  private final RedisLink link;

  public AgentStore(RedisLink link) {
    this.link = link;
  }

  /** Puts an agent; false: there are as many as there may be, and it is none of them. */
  public Future<Boolean> put(String tenant, String name, AgentRecord agent) {
    List<Object> args =
        List.of(ShardValue.DEADLINE, ShardValue.FULL, name, agent.text(), AgentMessage.MOST_AGENTS);
    return PUT.run(link, List.of(Keys.agents(tenant)), args).map(reply -> reply.asLong() == 1);
  }

  /** Removes an agent; false: there was none. */
  public Future<Boolean> remove(String tenant, String name) {
    return REMOVE
        .run(link, List.of(Keys.agents(tenant)), List.of(ShardValue.DEADLINE, name))
        .map(reply -> reply.asLong() == 1);
  }

  public Future<Optional<AgentRecord>> get(String tenant, String name) {
    return link.send("HGET", Keys.agents(tenant), name)
        .map(reply -> Optional.ofNullable(reply.textIfAny()).map(AgentRecord::read));
  }

  /** Returns all agents of a tenant by their names. */
  public Future<SortedMap<String, AgentRecord>> all(String tenant) {
    return link.send("HGETALL", Keys.agents(tenant))
        .map(
            flat -> {
              SortedMap<String, AgentRecord> agents = new TreeMap<>();
              for (int i = 0; i + 1 < flat.size(); i += 2) {
                agents.put(flat.at(i).asText(), AgentRecord.read(flat.at(i + 1).asText()));
              }
              return agents;
            });
  }
}
