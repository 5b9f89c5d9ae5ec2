package dev.holdfast.gateway.http.runs;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import dev.holdfast.core.Caller;
import dev.holdfast.core.Names;
import dev.holdfast.core.bus.ServiceClient;
import dev.holdfast.gateway.http.ApiRequest;
import dev.holdfast.gateway.http.ApiResponse;
import dev.holdfast.gateway.http.BearerToken;
import dev.holdfast.gateway.http.Problem;
import dev.holdfast.gateway.http.StrictJson;
import dev.holdfast.gateway.stream.RunStreams;
import dev.holdfast.runs.Busy;
import dev.holdfast.runs.InboxEntry.Kind;
import dev.holdfast.runs.RunMessage;
import dev.holdfast.runs.RunSnapshot;
import dev.holdfast.runs.RunView;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Starts, shows and cancels runs, and says something to them: a user its own, a service those of
 * its tenant.
 */
public final class Runs {
  private static final TypeReference<NewRun> NEW = new TypeReference<>() {};
  private static final TypeReference<Cancelling> CANCEL = new TypeReference<>() {};
  private static final TypeReference<Messages> MESSAGES = new TypeReference<>() {};
  private static final TypeReference<Answers> ANSWERS = new TypeReference<>() {};

  private final ServiceClient runs;
  private final RunStreams streams;

  public Runs(ServiceClient runs, RunStreams streams) {
    this.runs = runs;
    this.streams = streams;
  }

  public Map<String, Function<ApiRequest, Future<ApiResponse>>> operations() {
    return Map.of(
        "startRun", this::start,
        "getRun", this::get,
        "getRunSnapshot", this::snapshot,
        "cancelRun", this::cancel,
        "sendToRun", this::send,
        "answerRun", this::answer);
  }

  /**
   * The body of a start; the ids of thread and run are those of the input.
   *
   * @param follow whether the asker wants the run's events
   */
  record NewRun(
      String agent, @Nullable String user, String input, @Nullable Busy busy, boolean follow) {
    @JsonCreator
    static NewRun of(
        @JsonProperty("agent") @Nullable String agent,
        @JsonProperty("user") @Nullable String user,
        @JsonProperty("input") @JsonDeserialize(using = StrictJson.Raw.class)
            @Nullable String input,
        @JsonProperty("busy") @Nullable String busy,
        @JsonProperty("follow") @Nullable Boolean follow) {
      if (agent == null || input == null || !input.startsWith("{")) {
        throw Problem.badRequest("agent: a name, and input: an object, are needed");
      }
      return new NewRun(
          Names.id(agent, "agent"), user, input, busy(busy), Boolean.TRUE.equals(follow));
    }

    private static @Nullable Busy busy(@Nullable String name) {
      for (Busy one : Busy.values()) {
        if (one.name().toLowerCase(Locale.ROOT).equals(name)) {
          return one;
        }
      }
      if (name != null) {
        throw Problem.badRequest("busy: reject, enqueue or interrupt");
      }
      return null;
    }

    RunMessage.Start message(Caller caller, String tenant) {
      JsonObject json = new JsonObject(input);
      return new RunMessage.Start(
          caller, tenant, user, agent, id(json, "threadId"), id(json, "runId"), input, false, busy);
    }
  }

  /** The body of a cancellation. */
  private record Cancelling(@Nullable String reason) {}

  /** Messages for a run, as they were sent. */
  record Messages(
      @JsonDeserialize(contentUsing = StrictJson.Raw.class) @Nullable List<String> messages) {
    List<String> said() {
      return needed(messages, "messages");
    }
  }

  /** Answers to a run's questions, as they were sent. */
  record Answers(
      @JsonDeserialize(contentUsing = StrictJson.Raw.class) @Nullable List<String> answers) {
    List<String> said() {
      return needed(answers, "answers");
    }
  }

  private static List<String> needed(@Nullable List<String> said, String name) {
    if (said == null) {
      throw Problem.badRequest(name + ": missing");
    }
    return said;
  }

  private Future<ApiResponse> start(ApiRequest request) {
    NewRun wanted = request.body(NEW);
    request.serviceNeeds("run", wanted.agent());
    if (wanted.user() == null && request.caller instanceof Caller.Service) {
      throw Problem.badRequest("user: missing");
    }
    if (wanted.follow() && request.caller instanceof Caller.Service) {
      throw Problem.badRequest("follow: for users, whose runs they are");
    }
    return runs.ask(wanted.message(request.caller, request.tenant))
        .map(run -> wanted.follow() ? events(request, run) : ApiResponse.json(json(run)));
  }

  /** Answers with the events of a run from its beginning, as {@code readRunEvents} does. */
  private ApiResponse events(ApiRequest request, RunView run) {
    String token = BearerToken.ofHeader(request.http());
    return ApiResponse.stream(routing -> streams.open(routing, token, RunStreams.all(run)));
  }

  private static String id(JsonObject input, String name) {
    if (input.getValue(name) instanceof String id) {
      return id;
    }
    throw Problem.badRequest("input." + name + ": a text is needed");
  }

  private Future<ApiResponse> get(ApiRequest request) {
    serviceReads(request);
    return runs.ask(new RunMessage.Get(request.caller, request.tenant, request.path("run")))
        .map(run -> ApiResponse.json(json(run)));
  }

  private Future<ApiResponse> snapshot(ApiRequest request) {
    serviceReads(request);
    return runs.ask(new RunMessage.Snapshot(request.caller, request.tenant, request.path("run")))
        .map(snapshot -> ApiResponse.json(json(snapshot)));
  }

  private static void serviceReads(ApiRequest request) {
    request.serviceNeeds("runs", "read");
  }

  private Future<ApiResponse> cancel(ApiRequest request) {
    request.serviceNeeds("runs", "cancel");
    String reason = request.body(CANCEL).reason();
    return runs.ask(
            new RunMessage.Cancel(
                request.caller, request.tenant, request.path("run"), reason == null ? "" : reason))
        .map(run -> ApiResponse.json(json(run)));
  }

  private Future<ApiResponse> send(ApiRequest request) {
    request.serviceNeeds("runs", "send");
    return say(request, Kind.MESSAGE, request.body(MESSAGES).said());
  }

  private Future<ApiResponse> answer(ApiRequest request) {
    request.serviceNeeds("runs", "send");
    return say(request, Kind.ANSWER, request.body(ANSWERS).said());
  }

  private Future<ApiResponse> say(ApiRequest request, Kind kind, List<String> said) {
    return runs.ask(
            new RunMessage.Say(request.caller, request.tenant, request.path("run"), kind, said))
        .map(run -> ApiResponse.json(json(run)));
  }

  /** The document is not read again, so that its numbers stay as they are written. */
  private static String json(RunSnapshot snapshot) {
    JsonObject json = new JsonObject().put("run", json(snapshot.run()));
    if (snapshot.at() == null || snapshot.document() == null) {
      return json.encode();
    }
    json.put("position", ApiResponse.json(snapshot.at()));
    return with(json, "snapshot", snapshot.document());
  }

  /**
   * Writes an object with one member more.
   *
   * @param value one valid JSON value
   */
  static String with(JsonObject json, String name, String value) {
    String text = json.encode();
    return text.substring(0, text.length() - 1) + ",\"" + name + "\":" + value + "}";
  }

  static JsonObject json(RunView run) {
    JsonObject json = new JsonObject().put("run", run.run()).put("channel", "" + run.channel());
    json.put("user", run.owner()).put("agent", run.agent());
    json.put("threadId", run.threadId()).put("runId", run.runId());
    json.put("state", run.state()).put("cancelling", run.cancelling());
    json.put("attempt", run.attempt()).put("created", run.created());
    if (run.outcome() != null) {
      json.put("outcome", run.outcome()).put("ended", run.ended());
    }
    return run.code() == null ? json : json.put("code", run.code());
  }
}
