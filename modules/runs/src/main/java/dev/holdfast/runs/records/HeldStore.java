package dev.holdfast.runs.records;

import dev.holdfast.redis.Keys;
import dev.holdfast.redis.RedisLink;
import dev.holdfast.redis.Script;
import dev.holdfast.redis.ShardValue;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;

/**
 * Runs that wait for their thread: they are queued, and no worker gets them. Used on the context of
 * its link.
 */
public final class HeldStore {
  private static final Script INPUT = Script.of("runs", "run_prelude", "run_input");
  private static final Script FREE = Script.of("runs", "run_prelude", "run_free");

  private final RedisLink link;

  public HeldStore(RedisLink link) {
    this.link = link;
  }

  /** Gives a run another input; false: it waits no more. */
  public Future<Boolean> input(RunKey run, String input) {
    List<String> keys = List.of(Keys.run(run.channel()), Keys.runInput(run.channel()));
    List<Object> args =
        List.of(ShardValue.DEADLINE, ShardValue.FULL, input, RunStore.BACKSTOP.toMillis());
    return INPUT.run(link, keys, args).map(reply -> reply.asLong() == 1);
  }

  /** Lets a run wait for a worker; returns it as it is then, empty if there is none. */
  public Future<Optional<RunRecord>> free(RunKey run) {
    return FREE.run(link, List.of(Keys.run(run.channel())), List.of(ShardValue.DEADLINE))
        .map(reply -> RunFields.record(run, reply));
  }
}
