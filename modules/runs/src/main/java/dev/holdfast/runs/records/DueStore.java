package dev.holdfast.runs.records;

import dev.holdfast.redis.Keys;
import dev.holdfast.redis.RedisLink;
import dev.holdfast.redis.Reply;
import dev.holdfast.redis.Script;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The runs that have to be looked at, by the time at which: a hint, written before a run's record
 * is made, removed after it was closed. Used on the context of its link.
 */
public final class DueStore {
  private static final Script DUE = Script.of("runs", "run_prelude", "run_due");

  private final RedisLink link;

  public DueStore(RedisLink link) {
    this.link = link;
  }

  /** A run that is due, with the score that it had. */
  public record Due(RunKey run, long score) {}

  /** Redis time in ms. */
  public Future<Long> now() {
    return link.send("TIME").map(time -> time.at(0).asLong() * 1_000 + time.at(1).asLong() / 1_000);
  }

  /** Sets when a run is looked at, whatever was set before. */
  public Future<Void> set(RunKey run, Duration in) {
    return DUE.run(link, keys(run), List.of(run.toString(), "", in.toMillis())).mapEmpty();
  }

  /** Lets a run be looked at then, or when it was to be looked at before, whichever is sooner. */
  public Future<Void> sooner(RunKey run, Duration in) {
    return DUE.run(link, keys(run), List.of(run.toString(), "sooner", in.toMillis())).mapEmpty();
  }

  /** Removes an entry, unless it was moved since it was read. */
  public Future<Void> unset(Due due) {
    return DUE.run(link, keys(due.run()), List.of(due.run().toString(), due.score(), ""))
        .mapEmpty();
  }

  public Future<Void> unset(RunKey run) {
    return link.send("ZREM", Keys.runDue(run.shard()), run.toString()).mapEmpty();
  }

  /** Returns up to {@code limit} runs that are due, the earliest first. */
  public Future<List<Due>> due(int shard, long now, int limit) {
    return link.send("ZRANGEBYSCORE", Keys.runDue(shard), 0, now, "WITHSCORES", "LIMIT", 0, limit)
        .map(DueStore::dues);
  }

  /** Moves a due entry; empty: somebody else has done so since it was read. */
  public Future<Optional<Due>> postpone(Due due, Duration by) {
    return DUE.run(link, keys(due.run()), List.of(due.run().toString(), due.score(), by.toMillis()))
        .map(
            reply ->
                reply.isNull()
                    ? Optional.empty()
                    : Optional.of(new Due(due.run(), Long.parseLong(reply.asText()))));
  }

  private static List<String> keys(RunKey run) {
    return List.of(Keys.runDue(run.shard()));
  }

  private static List<Due> dues(Reply reply) {
    List<Due> dues = new ArrayList<>();
    for (int i = 0; i + 1 < reply.size(); i += 2) {
      dues.add(new Due(RunKey.parse(reply.at(i).asText()), reply.at(i + 1).asLong()));
    }
    return dues;
  }
}
