package dev.holdfast.runs.records;

import dev.holdfast.core.Ids;
import dev.holdfast.redis.Keys;
import dev.holdfast.redis.RedisConfig;
import dev.holdfast.redis.RedisLink;
import dev.holdfast.redis.Reply;
import dev.holdfast.runs.Await;
import dev.holdfast.runs.config.RunLimits;
import dev.holdfast.runs.config.RunsConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.Callable;

/** All stores of runs at one Redis, as tests want them, and a random tenant. */
public final class Stores implements AutoCloseable {
  public final Vertx vertx = Vertx.vertx();
  private final Context context = vertx.getOrCreateContext();
  public final String tenant = "t" + Ids.fresh().replace('-', 'x');
  public final RedisLink link;
  public final RunRecords records;
  public final RunStore runs;
  public final QueueStore queue;
  public final DueStore dues;
  public final PlaceStore places;
  public final ThreadStore threads;

  public Stores(String redis) {
    this(redis, RunsConfig.DEFAULTS);
  }

  public Stores(String redis, RunsConfig config) {
    RedisConfig at = RedisConfig.of(redis).withConnectTimeout(Duration.ofSeconds(20));
    link = on(() -> RedisLink.open(vertx, at, "test", new SimpleMeterRegistry()));
    records = RunRecords.of(link, config);
    runs = records.runs();
    queue = records.queue();
    dues = records.dues();
    places = records.places();
    threads = records.threads();
  }

  public RunSpec spec(String thread, String run) {
    return spec(thread, run, RunLimits.DEFAULT);
  }

  public RunSpec spec(String thread, String run, RunLimits limits) {
    return RunSpec.of(tenant, "ann", thread, run, "researcher", input(thread, run), limits, false);
  }

  public static String input(String thread, String run) {
    return """
        {"threadId":"%s","runId":"%s","state":{"step":0},"messages":[{"id":"u1","role":"user",\
        "content":"Hello?"}],"tools":[],"context":[],"forwardedProps":{}}"""
        .formatted(thread, run);
  }

  /** Asks on the one context that stores are confined to, and waits for the answer. */
  public <T> T on(Callable<Future<T>> action) {
    return Await.get(ask(action));
  }

  public <T> Future<T> ask(Callable<Future<T>> action) {
    Promise<T> promise = Promise.promise();
    context.runOnContext(
        now -> {
          try {
            action.call().onComplete(promise);
          } catch (Exception e) {
            promise.fail(e);
          }
        });
    return promise.future();
  }

  /** A run that waits. */
  public RunKey queued(RunLimits limits) {
    return Await.get(runs.create(spec("th", Ids.fresh(), limits))).run().key();
  }

  /** A run that a worker has. */
  public RunStore.Claimed running(RunLimits limits) {
    return claim(queued(limits), "w1");
  }

  public RunStore.Claimed claim(RunKey run, String worker) {
    return Await.get(runs.claim(run, worker, Ids.fresh())).orElseThrow();
  }

  public RunRecord record(RunKey run) {
    return Await.get(runs.get(run)).orElseThrow();
  }

  /** Ages a run: what is so many ms ahead of it comes so much sooner. */
  public void age(RunKey run, String field, Duration by) {
    redis("HINCRBY", Keys.run(run.channel()), field, -by.toMillis());
  }

  public Reply redis(String command, Object... args) {
    return Await.get(link.send(command, args));
  }

  @Override
  public void close() {
    Await.get(vertx.close());
  }
}
