package dev.holdfast.gateway.edge;

import dev.holdfast.core.Caller;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Names;
import dev.holdfast.core.Position;
import dev.holdfast.core.bus.ServiceClient;
import dev.holdfast.gateway.http.ApiRequest;
import dev.holdfast.gateway.http.ApiResponse;
import dev.holdfast.gateway.http.BearerToken;
import dev.holdfast.gateway.stream.RunFormat;
import dev.holdfast.gateway.stream.RunStreams;
import dev.holdfast.gateway.stream.RunStreams.Wanted;
import dev.holdfast.protocol.ReadFrom;
import dev.holdfast.runs.RunFound;
import dev.holdfast.runs.RunMessage;
import dev.holdfast.runs.RunView;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import org.jspecify.annotations.Nullable;

/** The runs of the user who asks, by its client's ids: another's are not found by any. */
final class UserRuns {
  private final ServiceClient runs;
  private final RunStreams streams;
  private final boolean dismisses;

  /**
   * @param dismisses whether a start goes ahead whatever questions are open, for clients that know
   *     no answers to some of them
   */
  UserRuns(ServiceClient runs, RunStreams streams, boolean dismisses) {
    this.runs = runs;
    this.streams = streams;
    this.dismisses = dismisses;
  }

  /** Returns the user who asks; a service has no runs of its own. */
  static Caller.User user(ApiRequest request) {
    if (request.caller instanceof Caller.User user) {
      return user;
    }
    throw RunStreams.users();
  }

  /** Checks that a user asks, and names an agent. */
  static void check(ApiRequest request) {
    user(request);
    agent(request);
  }

  static String agent(ApiRequest request) {
    return Names.id(request.path("agent"), "agent");
  }

  /**
   * @param runId none: the run that the thread has, or else its last one
   */
  Future<RunFound> find(ApiRequest request, String threadId, @Nullable String runId) {
    return runs.ask(new RunMessage.Find(user(request), request.tenant, threadId, runId));
  }

  /**
   * Finds a run by its id, or starts it. Whoever comes again has more messages than at its start,
   * or none after a reload, so the input is not compared.
   */
  Future<RunFound> findOrStart(ApiRequest request, String threadId, String runId, String input) {
    return find(request, threadId, runId)
        .compose(
            found ->
                found.run() != null
                    ? Future.succeededFuture(found)
                    : start(request, threadId, runId, input))
        .map(found -> checked(found, agent(request)));
  }

  /** A start of the same run that came at once may have been faster, with another input. */
  private Future<RunFound> start(ApiRequest request, String threadId, String runId, String input) {
    Caller.User user = user(request);
    String agent = agent(request);
    return runs.ask(
            new RunMessage.Start(
                user, request.tenant, null, agent, threadId, runId, input, dismisses, null))
        .map(run -> new RunFound(run, null, null))
        .recover(
            failure ->
                HoldfastException.from(failure).code() == ErrorCode.CONFLICT
                    ? find(request, threadId, runId)
                        .compose(
                            found ->
                                found.run() != null
                                    ? Future.succeededFuture(found)
                                    : Future.failedFuture(failure))
                    : Future.failedFuture(failure));
  }

  private static RunFound checked(RunFound found, String agent) {
    RunView run = found.run();
    if (run != null && !run.agent().equals(agent)) {
      throw HoldfastException.withPublicMessage(ErrorCode.CONFLICT, "run: of another agent");
    }
    return found;
  }

  /** Answers by a stream of a run. */
  ApiResponse stream(ApiRequest request, RunView run, @Nullable Position last, RunFormat format) {
    ReadFrom from = last == null ? ReadFrom.SNAPSHOT : ReadFrom.after(last);
    var wanted = new Wanted(run.channel(), from, format, RunStreams.isOver(run));
    String token = BearerToken.ofHeader(request.http());
    return ApiResponse.stream(routing -> streams.open(routing, token, wanted));
  }

  /**
   * Cancels a run, if it goes on.
   *
   * @param runId none: the one that the thread has
   */
  Future<ApiResponse> stop(ApiRequest request, String threadId, @Nullable String runId) {
    return find(request, threadId, runId)
        .compose(
            found -> {
              RunView run = found.run();
              return run == null || RunStreams.isOver(run)
                  ? Future.succeededFuture(false)
                  : runs.ask(
                          new RunMessage.Cancel(user(request), request.tenant, run.run(), "stop"))
                      .map(true);
            })
        .map(stopped -> ApiResponse.json(new JsonObject().put("stopped", stopped)));
  }
}
