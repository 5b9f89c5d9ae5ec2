package dev.holdfast.nodes.usage;

import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName;
import dev.holdfast.redis.KeyOwner;
import dev.holdfast.redis.Keys;
import dev.holdfast.redis.RedisLink;
import dev.holdfast.redis.Reply;
import dev.holdfast.redis.Script;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Erases runs and threads, and takes logs out of what is retained. A run is fenced in the same step
 * in which it goes: what its worker sends later, at whatever node, is refused. Confined to its
 * link's context.
 */
final class RunErasure {
  private static final Script RUN = Script.of("nodes", "run_erase");
  private static final Script META = Script.of("nodes", "meta_erase");
  private static final Script FORGET = Script.of("nodes", "publisher_forget");

  /** Longer than what is sent before an erasure may be on its way, also of a node that pauses. */
  static final long LATE_MS = TimeUnit.MINUTES.toMillis(3);

  /** Lifetime of the counts, as in {@code retained_report}. */
  private static final long COUNT_MS = TimeUnit.DAYS.toMillis(7);

  /** The generation of who publishes in other channels what becomes of a run, and the next. */
  private static final String NEXT_ABOUT_RUN = "2";

  private final RedisLink link;
  private final @Nullable String user;
  private int erased;
  private int deleted;

  /**
   * @param user whose; none: everybody's
   */
  RunErasure(RedisLink link, @Nullable String user) {
    this.link = link;
    this.user = user;
  }

  /** Returns how many runs were erased. */
  int runs() {
    return erased;
  }

  /** Returns how many keys were deleted. */
  int keys() {
    return deleted;
  }

  /** Erases a run, if it is of the wanted user. Its record goes last of what points to it. */
  Future<?> run(KeyOwner owner) {
    String channel = Objects.requireNonNull(owner.channel(), "a run's channel");
    Channel run = new Channel(owner.tenant(), ChannelName.parse(channel));
    return link.send("HMGET", Keys.run(run), "owner", "agent")
        .compose(
            found -> {
              String whose = found.at(0).textIfAny();
              return whose == null || user != null && !user.equals(whose)
                  ? Future.succeededFuture()
                  : unlisted(run, whose, found.at(1).textOr("")).compose(done -> erase(run));
            });
  }

  /** Frees the run's places, takes it out of what nodes look at; nobody announces its end. */
  private Future<?> unlisted(Channel run, String owner, String agent) {
    String tenant = run.tenant();
    String id = run.name().id();
    return Future.all(
        link.send("ZREM", Keys.activeRuns(tenant, null), id),
        link.send("ZREM", Keys.activeRuns(tenant, owner), id),
        link.send("ZREM", Keys.runQueue(tenant, agent), id)
            .compose(gone -> unturned(tenant, agent)),
        link.send("ZREM", Keys.runDue(Keys.shard(id)), tenant + "!" + id),
        forget(about(run, ChannelName.user(owner)), NEXT_ABOUT_RUN),
        forget(about(run, ChannelName.system("runs")), NEXT_ABOUT_RUN));
  }

  /** A queue that is empty now is no key any more, by which its turns would be found. */
  private Future<?> unturned(String tenant, String agent) {
    return user == null
        ? link.send("ZREM", Keys.runTurns(agent), tenant)
        : Future.succeededFuture();
  }

  /** Takes the tenant out of the turns of the agent whose queue this is. */
  Future<Reply> unqueued(String queue, String tenant) {
    String agent = queue.substring(queue.indexOf('!') + 1, queue.lastIndexOf('}'));
    return link.send("ZREM", Keys.runTurns(agent), tenant);
  }

  private static String about(Channel run, ChannelName where) {
    return Keys.publisher(new Channel(run.tenant(), where), "run-" + run.name().id());
  }

  private Future<?> erase(Channel run) {
    List<String> keys =
        List.of(
            Keys.run(run),
            Keys.runInput(run),
            Keys.runSnapshot(run),
            Keys.meta(run),
            Keys.log(run),
            Keys.publisher(run, "run"),
            Keys.runInbox(run));
    return RUN.run(link, keys, List.of(user == null ? "" : user, LATE_MS))
        .compose(
            reply -> {
              if (reply.size() == 0) {
                return Future.succeededFuture();
              }
              erased++;
              deleted += (int) reply.at(0).asLong();
              return uncount(run.tenant(), reply.at(1).asText(), reply.at(2).asLong());
            });
  }

  /** Erases a thread of the wanted user, its record last: until then it can be found again. */
  Future<?> thread(String record) {
    String tag = record.substring(record.indexOf('{'));
    return link.send("HGET", record, "owner")
        .compose(
            owner ->
                owner.textOr("").equals(user)
                    ? Future.all(delete("hf:tdoc:" + tag), delete("hf:truns:" + tag))
                        .compose(done -> delete(record))
                    : Future.succeededFuture());
  }

  /**
   * Forgets what a publisher has published, but for its generation, for a while.
   *
   * @param oldest the oldest generation that may publish then; empty: the one that it has
   * @return false: it was so before
   */
  Future<Boolean> forget(String publisher, String oldest) {
    return FORGET
        .run(link, List.of(publisher), List.of(oldest, LATE_MS))
        .map(reply -> reply.asLong() == 1);
  }

  /**
   * Deletes a log's meta, and takes the log out of what its tenant, and who began it, retain. Its
   * entries' bytes stay counted for who published them, until they would be too old.
   */
  Future<?> uncounted(String meta, String tenant) {
    return META.run(link, List.of(meta), List.of())
        .compose(
            counted -> {
              if (counted.size() == 0) {
                return Future.succeededFuture();
              }
              deleted++;
              return uncount(tenant, counted.at(0).asText(), counted.at(1).asLong());
            });
  }

  /**
   * @param counts until when it counts, and who began it, as {@code log_count} writes them
   */
  private Future<?> uncount(String tenant, String counts, long bytes) {
    String[] words = counts.split(" ", -1);
    if (words.length < 2) {
      return Future.succeededFuture();
    }
    List<Future<?>> steps = new ArrayList<>();
    String whole = Keys.retained(tenant, null);
    steps.add(link.send("HINCRBY", whole, "c" + words[0], -1));
    steps.add(link.send("HINCRBY", whole, "b" + words[0], -bytes));
    steps.add(link.send("PEXPIRE", whole, COUNT_MS));
    if (!words[1].isEmpty()) {
      String own = Keys.retained(tenant, words[1]);
      steps.add(link.send("HINCRBY", own, "c" + words[0], -1));
      steps.add(link.send("PEXPIRE", own, COUNT_MS));
    }
    return Future.all(steps);
  }

  private Future<Reply> delete(String key) {
    return link.send("UNLINK", key).onSuccess(gone -> deleted += (int) gone.asLong());
  }
}
