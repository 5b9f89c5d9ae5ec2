package dev.holdfast.runs.records;

import com.fasterxml.jackson.databind.JsonNode;
import dev.holdfast.redis.RedisLink;
import dev.holdfast.runs.config.RunsConfig;
import io.vertx.core.Future;
import org.jspecify.annotations.Nullable;

/** All that Redis has of runs. Used on the context of the stores' link. */
public record RunRecords(
    RunStore runs,
    ThreadStore threads,
    PlaceStore places,
    QueueStore queue,
    DueStore dues,
    AgentStore agents) {
  public static RunRecords of(RedisLink link, RunsConfig config) {
    return new RunRecords(
        new RunStore(link, config),
        new ThreadStore(link, config),
        new PlaceStore(link, config),
        new QueueStore(link, config),
        new DueStore(link),
        new AgentStore(link));
  }

  /**
   * Closes a run whose end was announced to its readers and its owner: its thread first, its record
   * last, so that whoever comes after a crash does the rest.
   *
   * @param document what the thread has come to
   * @param last the event that has ended the run, as its log has it
   * @return false: it was closed before; true also if its due entry stays, for the sweep
   */
  public Future<Boolean> close(RunRecord run, byte[] document, @Nullable JsonNode last) {
    return threads
        .end(run, document, last)
        .compose(ended -> places.release(run.key(), run.owner()))
        .compose(free -> queue.remove(run.key(), run.agent()))
        .compose(gone -> runs.closeOnce(run.key()))
        .compose(
            byThis ->
                (byThis ? spent(run, last) : Future.<Void>succeededFuture())
                    .compose(counted -> dues.unset(run.key()))
                    .map(byThis)
                    .recover(
                        left -> byThis ? Future.succeededFuture(true) : Future.failedFuture(left)));
  }

  /** The end stands, whether its tokens are counted or not. */
  private Future<Void> spent(RunRecord run, @Nullable JsonNode last) {
    return places
        .spend(run.key(), run.owner(), last)
        .transform(done -> Future.<Void>succeededFuture());
  }
}
