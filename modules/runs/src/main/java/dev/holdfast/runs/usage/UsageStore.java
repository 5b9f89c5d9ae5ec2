package dev.holdfast.runs.usage;

import dev.holdfast.redis.Keys;
import dev.holdfast.redis.RedisLink;
import dev.holdfast.redis.Reply;
import dev.holdfast.redis.Script;
import dev.holdfast.redis.ShardValue;
import dev.holdfast.runs.AgentMessage.Used;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * What the runs of a tenant took on a day of UTC, by user, agent and model: a hash a day, of at
 * most some 400 KB. Used on the context of its link.
 */
public final class UsageStore {
  /** Days that are kept, the last one included. */
  public static final int DAYS = 40;

  /** Most names of each kind on a day; what comes later is summed without a name. */
  private static final int MOST_USERS = 1_000;

  private static final int MOST_AGENTS = 300;
  private static final int MOST_MODELS = 100;
  private static final Script ADD = Script.of("runs", "run_prelude", "usage_add");

  private final RedisLink link;

  public UsageStore(RedisLink link) {
    this.link = link;
  }

  /** Adds what a run took to the day on which it ended; to be called once. */
  public Future<Void> add(String tenant, RunUse run) {
    List<Object> args = new ArrayList<>(List.of(ShardValue.FULL, Duration.ofDays(DAYS).toMillis()));
    row(args, "user", run.user(), MOST_USERS, run, run.allTokens());
    int mostAgents = run.ms() == 0 ? 0 : MOST_AGENTS; // whoever starts a run names its agent
    row(args, "agent", run.agent(), mostAgents, run, run.allTokens());
    run.tokens().forEach((model, took) -> row(args, "model", model, MOST_MODELS, run, took));
    int day = (int) TimeUnit.MILLISECONDS.toDays(run.ended());
    return ADD.run(link, List.of(Keys.runUsage(tenant, day)), args).mapEmpty();
  }

  private static void row(
      List<Object> args, String kind, String name, int most, RunUse run, long tokens) {
    args.addAll(List.of(kind, name, most, run.ms(), tokens));
  }

  /**
   * Returns what a tenant's runs took on a day, of each kind what took most tokens first.
   *
   * @param day since 1970
   */
  public Future<List<Used>> day(String tenant, int day) {
    return link.send("HGETALL", Keys.runUsage(tenant, day)).map(UsageStore::used);
  }

  /** Fields are {@code <what> <kind> <name>}; a name may have blanks, or be empty. */
  private static List<Used> used(Reply fields) {
    Map<String, long[]> rows = new LinkedHashMap<>();
    for (int i = 0; i + 1 < fields.size(); i += 2) {
      String[] words = fields.at(i).asText().split(" ", 2);
      int what = List.of("r", "s", "t").indexOf(words[0]);
      if (what >= 0 && words.length == 2) {
        rows.computeIfAbsent(words[1], first -> new long[3])[what] = fields.at(i + 1).asLong();
      }
    }
    List<Used> used = new ArrayList<>();
    rows.forEach(
        (of, amounts) -> {
          String[] words = of.split(" ", 2);
          String name = words.length < 2 || words[1].isEmpty() ? null : words[1];
          used.add(new Used(words[0], name, amounts[0], amounts[1], amounts[2]));
        });
    used.sort(Comparator.comparing(Used::tokens).reversed());
    return used;
  }
}
