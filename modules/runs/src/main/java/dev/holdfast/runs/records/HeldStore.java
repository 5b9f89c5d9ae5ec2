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
  private static final Script LEAVE = Script.of("runs", "run_prelude", "thread_leave");

  private final RedisLink link;

  public HeldStore(RedisLink link) {
    this.link = link;
  }

  /**
   * Returns how many messages of a run's input, the last ones, it was started with; -1: all of
   * them, as it was given no other input.
   */
  public Future<Long> own(RunKey run) {
    return link.send("HGET", Keys.run(run.channel()), "own").map(reply -> reply.longOr(-1));
  }

  /**
   * Gives a run another input; false: it waits no more.
   *
   * @param own how many of its messages, the last ones, the run was started with
   */
  public Future<Boolean> input(RunKey run, String input, long own) {
    List<String> keys = List.of(Keys.run(run.channel()), Keys.runInput(run.channel()));
    List<Object> args =
        List.of(ShardValue.DEADLINE, ShardValue.FULL, input, RunStore.BACKSTOP.toMillis(), own);
    return INPUT.run(link, keys, args).map(reply -> reply.asLong() == 1);
  }

  /** Lets a run wait for a worker; returns it as it is then, empty if there is none. */
  public Future<Optional<RunRecord>> free(RunKey run) {
    return FREE.run(link, List.of(Keys.run(run.channel())), List.of(ShardValue.DEADLINE))
        .map(reply -> RunFields.record(run, reply));
  }

  /**
   * Lets a run that has ended leave its thread, if it was noted there after its end.
   *
   * @return false: it is neither active there, nor waits
   */
  public Future<Boolean> leave(RunRecord ended) {
    ThreadKey thread = ended.thread();
    return LEAVE
        .run(
            link,
            List.of(Keys.thread(thread.tenant(), thread.thread())),
            List.of(ended.key().run()))
        .map(reply -> reply.asLong() == 1);
  }

  /** Returns whether a run that waits for its thread came after another one began. */
  public Future<Boolean> cameLater(RunRecord run, RunKey other) {
    ThreadKey thread = run.thread();
    String runs = Keys.threadRuns(thread.tenant(), thread.thread());
    return link.send("ZMSCORE", runs, run.key().run(), other.run())
        .map(
            came ->
                !came.at(0).isNull()
                    && !came.at(1).isNull()
                    && came.at(0).asLong() > came.at(1).asLong());
  }

  /** Returns the run that is to be active next; empty: none waits. */
  public Future<Optional<RunKey>> next(ThreadKey thread) {
    return link.send("HGET", Keys.thread(thread.tenant(), thread.thread()), "queue")
        .map(
            reply -> {
              String first = reply.isNull() ? "" : reply.asText().split(" ", 2)[0];
              return first.isEmpty()
                  ? Optional.empty()
                  : Optional.of(new RunKey(thread.tenant(), first));
            });
  }
}
