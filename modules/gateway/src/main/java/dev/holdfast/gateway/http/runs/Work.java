package dev.holdfast.gateway.http.runs;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import dev.holdfast.core.Caller;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Names;
import dev.holdfast.core.bus.ServiceClient;
import dev.holdfast.gateway.http.ApiRequest;
import dev.holdfast.gateway.http.ApiResponse;
import dev.holdfast.gateway.http.Problem;
import dev.holdfast.gateway.http.StrictJson;
import dev.holdfast.runs.InboxEntry;
import dev.holdfast.runs.WorkMessage;
import dev.holdfast.runs.WorkMessage.Claim;
import dev.holdfast.runs.WorkMessage.Claimed;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What workers in any language say. A claim is for an agent; who has claimed a run shows that by
 * its generation.
 */
public final class Work {
  private static final Logger LOG = LoggerFactory.getLogger(Work.class);
  private static final TypeReference<Claiming> CLAIM = new TypeReference<>() {};
  private static final TypeReference<Batch> BATCH = new TypeReference<>() {};
  private static final TypeReference<Holding> HOLDING = new TypeReference<>() {};
  private static final TypeReference<Beating> BEATING = new TypeReference<>() {};

  /** After so long a claim that waits is made anew, if its client is there, and still may. */
  private static final long SLICE_MS = 2_000;

  private final ServiceClient runs;

  public Work(ServiceClient runs) {
    this.runs = runs;
  }

  public Map<String, Function<ApiRequest, Future<ApiResponse>>> operations() {
    return Map.of(
        "claimRun", this::claim,
        "appendToRun", this::append,
        "keepRun", this::keep,
        "releaseRun", this::release);
  }

  /**
   * The body of a claim.
   *
   * @param waitMs none: it is answered at once
   * @param most runs; none: one
   */
  private record Claiming(
      @Nullable String worker,
      @JsonProperty("wait") @Nullable Long waitMs,
      @JsonProperty("max") @Nullable Integer most) {}

  /**
   * The body of a batch.
   *
   * @param after as that of a beat
   */
  private record Batch(
      long generation,
      long n,
      @JsonDeserialize(contentUsing = StrictJson.Raw.class) @Nullable List<String> events,
      @Nullable Long after) {}

  /** The body of a release. */
  private record Holding(long generation) {}

  /**
   * The body of a beat.
   *
   * @param waitMs none: it is answered at once
   * @param after the number of the last of the inbox that the worker has; none: it hears nothing
   */
  private record Beating(
      long generation, @JsonProperty("wait") @Nullable Long waitMs, @Nullable Long after) {}

  private Future<ApiResponse> claim(ApiRequest request) {
    Caller.Service worker = worker(request);
    Claiming wanted = request.body(CLAIM);
    String name = wanted.worker();
    if (name == null) {
      throw Problem.badRequest("worker: missing");
    }
    long wait = waitMs(wanted.waitMs(), Claim.MOST_WAIT);
    int most = wanted.most() == null ? 1 : wanted.most();
    if (most < 1 || most > Claim.MOST_RUNS) {
      throw Problem.badRequest("max: 1 to " + Claim.MOST_RUNS);
    }
    var claim = new Claim(worker, request.path("agent"), name, wait, most);
    return claim(request, claim).map(claimed -> claimed(request, worker, claimed));
  }

  private static long waitMs(@Nullable Long wanted, long most) {
    long wait = wanted == null ? 0 : wanted;
    if (wait < 0 || wait > most) {
      throw Problem.badRequest("wait: 0 to " + most);
    }
    return wait;
  }

  /**
   * Claims runs, and goes on while none comes: who has gone would else be given runs for as long as
   * it wanted to wait. An answer that comes early is one of a node that stops.
   */
  private Future<Claimed> claim(ApiRequest request, Claim claim) {
    long asked = System.nanoTime();
    long slice = Math.min(claim.waitMs(), SLICE_MS);
    return runs.ask(claim.waiting(slice))
        .compose(
            claimed -> {
              long took = (System.nanoTime() - asked) / 1_000_000;
              long left = claim.waitMs() - Math.max(slice, took);
              if (claimed.work() != null || request.isGone() || left <= 0 || took < slice / 2) {
                return Future.succeededFuture(claimed);
              }
              request.checkToken();
              return claim(request, claim.waiting(left));
            });
  }

  /** Runs whose worker is gone by now, or may work no more, go to the next one. */
  private ApiResponse claimed(ApiRequest request, Caller.Service worker, Claimed claimed) {
    WorkMessage.Work work = claimed.work();
    if (work == null) {
      return ApiResponse.DONE;
    }
    try {
      request.checkToken();
    } catch (HoldfastException ended) {
      claimed.all().forEach(one -> giveBack(request, worker, one));
      throw ended;
    }
    if (request.isGone()) {
      claimed.all().forEach(one -> giveBack(request, worker, one));
    }
    String first = text(work);
    String more = claimed.more().stream().map(Work::text).collect(Collectors.joining(","));
    return ApiResponse.json(
        more.isEmpty()
            ? first
            : first.substring(0, first.length() - 1) + ",\"more\":[" + more + "]}");
  }

  private static String text(WorkMessage.Work work) {
    JsonObject json = new JsonObject().put("run", Runs.json(work.run()));
    json.put("generation", work.generation()).put("next", work.next());
    return Runs.with(json.put("lease", work.leaseMs()), "input", work.input());
  }

  private void giveBack(ApiRequest request, Caller.Service worker, WorkMessage.Work work) {
    String run = work.run().run();
    runs.ask(new WorkMessage.Release(worker, request.tenant, run, work.generation()))
        .onFailure(failure -> LOG.debug("Run {} waits for its lease: {}", run, "" + failure));
  }

  private Future<ApiResponse> append(ApiRequest request) {
    Caller.Service worker = worker(request);
    Batch batch = request.body(BATCH);
    List<String> events = batch.events();
    if (events == null) {
      throw Problem.badRequest("events: missing");
    }
    return runs.ask(
            new WorkMessage.Events(
                worker,
                request.tenant,
                request.path("run"),
                batch.generation(),
                batch.n(),
                events,
                request.path("agent"),
                batch.after()))
        .map(
            taken ->
                ApiResponse.json(
                    heard(
                        new JsonObject()
                            .put("next", taken.next())
                            .put("over", taken.over())
                            .put("cancelled", taken.cancelled()),
                        batch.after(),
                        taken.inbox())));
  }

  private Future<ApiResponse> keep(ApiRequest request) {
    Caller.Service worker = worker(request);
    Beating beat = request.body(BEATING);
    return runs.ask(
            new WorkMessage.Beat(
                worker,
                request.tenant,
                request.path("run"),
                beat.generation(),
                request.path("agent"),
                waitMs(beat.waitMs(), WorkMessage.Beat.MOST_WAIT),
                beat.after()))
        .map(
            held ->
                ApiResponse.json(
                    heard(
                        new JsonObject().put("cancelled", held.cancelled()),
                        beat.after(),
                        held.inbox())));
  }

  /** Adds what was said to the run, if the worker wants to hear it, as it was written. */
  private static String heard(JsonObject json, @Nullable Long after, List<InboxEntry> inbox) {
    return after == null
        ? json.encode()
        : Runs.with(
            json,
            "inbox",
            inbox.stream().map(Work::text).collect(Collectors.joining(",", "[", "]")));
  }

  private static String text(InboxEntry entry) {
    boolean isAnswer = entry.kind() == InboxEntry.Kind.ANSWER;
    JsonObject json = new JsonObject().put("n", entry.n()).put("by", entry.by());
    return Runs.with(json, isAnswer ? "answer" : "message", entry.data());
  }

  private Future<ApiResponse> release(ApiRequest request) {
    Caller.Service worker = worker(request);
    long generation = request.body(HOLDING).generation();
    return runs.ask(
            new WorkMessage.Release(
                worker, request.tenant, request.path("run"), generation, request.path("agent")))
        .map(released -> ApiResponse.json(new JsonObject().put("queued", released.queued())));
  }

  private static Caller.Service worker(ApiRequest request) {
    String agent = Names.id(request.path("agent"), "agent");
    request.serviceNeeds("work", agent);
    if (request.caller instanceof Caller.Service service) {
      return service;
    }
    throw HoldfastException.withPublicMessage(
        ErrorCode.FORBIDDEN, "needs work:" + agent + ", of a service");
  }
}
