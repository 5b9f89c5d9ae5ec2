package dev.holdfast.gateway.http.runs;

import com.fasterxml.jackson.core.type.TypeReference;
import dev.holdfast.core.bus.ServiceClient;
import dev.holdfast.gateway.http.ApiRequest;
import dev.holdfast.gateway.http.ApiResponse;
import dev.holdfast.gateway.http.Problem;
import dev.holdfast.runs.ThreadMessage;
import dev.holdfast.runs.ThreadView;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Shows, names and deletes threads: a user its own, a service those of users whom it names. */
public final class Threads {
  private static final TypeReference<Naming> NAME = new TypeReference<>() {};

  private final ServiceClient runs;

  public Threads(ServiceClient runs) {
    this.runs = runs;
  }

  public Map<String, Function<ApiRequest, Future<ApiResponse>>> operations() {
    return Map.of(
        "listThreads", this::list,
        "getThread", this::get,
        "nameThread", this::name,
        "deleteThread", this::delete,
        "listThreadMessages", this::messages,
        "listThreadRuns", this::ofThread);
  }

  /**
   * The body of a change.
   *
   * @param title none: the thread has none then
   */
  private record Naming(@Nullable String title) {}

  private Future<ApiResponse> list(ApiRequest request) {
    String user = reads(request);
    int limit = limit(request, ThreadMessage.MOST_LISTED);
    return runs.ask(
            new ThreadMessage.ListThreads(
                request.caller, request.tenant, user, request.queryOr("after", ""), limit))
        .map(page -> ApiResponse.json(json(page)));
  }

  static JsonObject json(ThreadMessage.Page page) {
    JsonArray threads = new JsonArray();
    page.threads().forEach(thread -> threads.add(json(thread)));
    JsonObject json = new JsonObject().put("threads", threads);
    return page.next() == null ? json : json.put("next", page.next());
  }

  private Future<ApiResponse> get(ApiRequest request) {
    String user = reads(request);
    return runs.ask(
            new ThreadMessage.ShowThread(request.caller, request.tenant, user, thread(request)))
        .map(thread -> ApiResponse.json(json(thread)));
  }

  private Future<ApiResponse> name(ApiRequest request) {
    request.serviceNeeds("threads", "write");
    String title = request.body(NAME).title();
    return runs.ask(
            new ThreadMessage.NameThread(
                request.caller, request.tenant, request.user(), thread(request), title))
        .map(thread -> ApiResponse.json(json(thread)));
  }

  private Future<ApiResponse> delete(ApiRequest request) {
    request.serviceNeeds("threads", "write");
    return runs.ask(
            new ThreadMessage.DeleteThread(
                request.caller, request.tenant, request.user(), thread(request)))
        .map(gone -> ApiResponse.DONE);
  }

  private Future<ApiResponse> messages(ApiRequest request) {
    String user = reads(request);
    int limit = limit(request, ThreadMessage.MOST_MESSAGES);
    return runs.ask(
            new ThreadMessage.ListMessages(
                request.caller,
                request.tenant,
                user,
                thread(request),
                request.query("before"),
                limit))
        .map(page -> ApiResponse.json(json(page)));
  }

  /** The messages are not read again, so that their numbers stay as they are written. */
  static String json(ThreadMessage.Messages page) {
    ThreadView thread = page.thread();
    JsonObject json = new JsonObject().put("threadId", thread.threadId());
    json.put("version", thread.version()).put("trimmed", page.trimmed());
    if (thread.activeRun() != null) {
      json.put("activeRun", thread.activeRun());
    }
    if (page.before() != null) {
      json.put("next", page.before());
    }
    return Runs.with(json, "messages", page.messages());
  }

  private Future<ApiResponse> ofThread(ApiRequest request) {
    String user = reads(request);
    int limit = limit(request, ThreadMessage.MOST_LISTED);
    return runs.ask(
            new ThreadMessage.ListRuns(
                request.caller,
                request.tenant,
                user,
                thread(request),
                request.queryOr("after", ""),
                limit,
                0))
        .map(found -> ApiResponse.json(json(found)));
  }

  static JsonObject json(ThreadMessage.Runs found) {
    JsonArray all = new JsonArray();
    found.runs().forEach(run -> all.add(Runs.json(run)));
    JsonObject json = new JsonObject().put("runs", all);
    return found.next() == null ? json : json.put("next", found.next());
  }

  /** Returns whose threads are asked for; none if a service does not say. */
  private static @Nullable String reads(ApiRequest request) {
    request.serviceNeeds("threads", "read");
    return request.user();
  }

  private static String thread(ApiRequest request) {
    return request.path("thread");
  }

  private static int limit(ApiRequest request, int most) {
    int limit = request.limit();
    if (limit > most) {
      throw Problem.badRequest("limit: 1 to " + most);
    }
    return limit;
  }

  static JsonObject json(ThreadView thread) {
    JsonObject json = new JsonObject().put("threadId", thread.threadId());
    json.put("user", thread.owner());
    put(json, "title", thread.title());
    put(json, "activeRun", thread.activeRun());
    put(json, "lastRun", thread.lastRun());
    json.put("asked", new JsonArray(thread.asked())).put("version", thread.version());
    return json.put("created", thread.created()).put("changed", thread.changed());
  }

  private static void put(JsonObject json, String name, @Nullable String value) {
    if (value != null) {
      json.put(name, value);
    }
  }
}
