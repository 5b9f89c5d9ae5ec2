package dev.holdfast.runs.records;

import com.fasterxml.jackson.databind.JsonNode;
import dev.holdfast.redis.RedisLink;
import dev.holdfast.runs.config.RunsConfig;
import dev.holdfast.runs.usage.RunUse;
import dev.holdfast.runs.usage.UsageStore;
import io.vertx.core.Future;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** All that Redis has of runs. Used on the context of the stores' link. */
public record RunRecords(
    RunStore runs,
    HeldStore held,
    ThreadStore threads,
    PlaceStore places,
    QueueStore queue,
    DueStore dues,
    AgentStore agents,
    UsageStore usage) {
  public static RunRecords of(RedisLink link, RunsConfig config) {
    return new RunRecords(
        new RunStore(link, config),
        new HeldStore(link),
        new ThreadStore(link, config),
        new PlaceStore(link, config),
        new QueueStore(link, config),
        new DueStore(link),
        new AgentStore(link),
        new UsageStore(link));
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

  /** The end stands, whether what it took is counted or not. */
  private Future<Void> spent(RunRecord run, @Nullable JsonNode last) {
    RunRecord.End end = run.end();
    return Future.join(
            places.spend(run.key(), run.owner(), last),
            end == null
                ? Future.succeededFuture()
                : usage.add(run.key().tenant(), use(run, end, last)))
        .transform(done -> Future.<Void>succeededFuture());
  }

  private static RunUse use(RunRecord run, RunRecord.End end, @Nullable JsonNode last) {
    long started = run.times().started();
    return new RunUse(
        run.owner(),
        run.agent(),
        end.at(),
        started == 0 ? 0 : Math.max(1, end.at() - started),
        last == null ? Map.of() : RunUse.tokens(last.path("usage")));
  }
}
