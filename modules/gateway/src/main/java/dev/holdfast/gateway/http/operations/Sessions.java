package dev.holdfast.gateway.http.operations;

import com.fasterxml.jackson.core.type.TypeReference;
import dev.holdfast.channels.ChannelMessage;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.bus.ServiceClient;
import dev.holdfast.gateway.http.ApiRequest;
import dev.holdfast.gateway.http.ApiResponse;
import dev.holdfast.gateway.http.Problem;
import dev.holdfast.sessions.Answer.Page;
import dev.holdfast.sessions.Attachment;
import dev.holdfast.sessions.SessionMessage;
import dev.holdfast.sessions.SessionView;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Creates, shows, subscribes and closes sessions, and sets their attributes. */
public final class Sessions {
  private static final TypeReference<NewSession> NEW = new TypeReference<>() {};
  private static final TypeReference<Map<String, String>> ATTRIBUTES = new TypeReference<>() {};

  private final ServiceClient sessions;
  private final ServiceClient channels;

  public Sessions(ServiceClient sessions, ServiceClient channels) {
    this.sessions = sessions;
    this.channels = channels;
  }

  /** The body of a request for a new session. */
  public record NewSession(@Nullable String user, @Nullable Map<String, String> attributes) {}

  public Map<String, Function<ApiRequest, Future<ApiResponse>>> operations() {
    return Map.of(
        "createSession", this::create,
        "listSessions", this::list,
        "getSession", this::get,
        "closeSession", this::close,
        "setAttributes", this::setAttributes,
        "subscribe", this::subscribe,
        "unsubscribe", this::unsubscribe);
  }

  private Future<ApiResponse> create(ApiRequest request) {
    request.serviceNeeds("sessions", "write");
    NewSession wanted = request.body(NEW);
    String user = wanted.user() == null ? request.user() : wanted.user();
    if (user == null) {
      throw Problem.badRequest("user: missing");
    }
    Map<String, String> attributes = wanted.attributes() == null ? Map.of() : wanted.attributes();
    return sessions
        .ask(new SessionMessage.Create(request.caller, request.tenant, user, attributes))
        .map(Sessions::created);
  }

  private static ApiResponse created(SessionView view) {
    Map<String, String> headers = new TreeMap<>(tag(view));
    headers.put("location", "/v1/sessions/" + view.session());
    return ApiResponse.json(json(view)).with(201, headers);
  }

  private Future<ApiResponse> list(ApiRequest request) {
    request.serviceNeeds("sessions", "read");
    var wanted =
        new SessionMessage.ListSessions(
            request.caller,
            request.tenant,
            request.user(),
            request.queryOr("after", ""),
            request.limit());
    return sessions.ask(wanted).map(Sessions::page);
  }

  private Future<ApiResponse> get(ApiRequest request) {
    request.serviceNeeds("sessions", "read");
    return sessions
        .ask(new SessionMessage.Get(request.caller, request.tenant, request.path("session")))
        .map(view -> ApiResponse.json(json(view)).with(200, tag(view)));
  }

  private Future<ApiResponse> close(ApiRequest request) {
    request.serviceNeeds("sessions", "write");
    String reason = request.queryOr("reason", "closed");
    return sessions
        .by(request.origin())
        .ask(
            new SessionMessage.Close(
                request.caller, request.tenant, request.path("session"), reason))
        .map(ApiResponse.DONE);
  }

  private Future<ApiResponse> setAttributes(ApiRequest request) {
    request.serviceNeeds("sessions", "write");
    long version = version(request.header("If-Match"));
    Map<String, String> attributes = request.body(ATTRIBUTES);
    return sessions
        .ask(
            new SessionMessage.SetAttributes(
                request.caller, request.tenant, request.path("session"), version, attributes))
        .map(view -> ApiResponse.json(json(view)).with(200, tag(view)))
        .recover(Sessions::preconditionFailed);
  }

  private static long version(@Nullable String tag) {
    if (tag == null) {
      throw Problem.of(428, "If-Match: missing");
    }
    if (!tag.matches("\"[0-9]{1,16}\"")) {
      throw Problem.badRequest("If-Match: one ETag of a session");
    }
    return Long.parseLong(tag.substring(1, tag.length() - 1));
  }

  private static <T> Future<T> preconditionFailed(Throwable failure) {
    boolean changed = HoldfastException.from(failure).code() == ErrorCode.CONFLICT;
    return Future.failedFuture(
        changed ? Problem.of(412, "If-Match: the attributes have another version") : failure);
  }

  private Future<ApiResponse> subscribe(ApiRequest request) {
    request.serviceNeeds("sessions", "write");
    String session = request.path("session");
    dev.holdfast.core.Names.id(session, "session");
    return channels
        .ask(new ChannelMessage.SubscribeSession(request.caller, session, request.channel()))
        .map(ApiResponse.DONE);
  }

  private Future<ApiResponse> unsubscribe(ApiRequest request) {
    request.serviceNeeds("sessions", "write");
    String session = request.path("session");
    dev.holdfast.core.Names.id(session, "session");
    return channels
        .ask(new ChannelMessage.UnsubscribeSession(request.caller, session, request.channel()))
        .map(ApiResponse.DONE);
  }

  private static ApiResponse page(Page page) {
    JsonArray views = new JsonArray();
    page.sessions().forEach(view -> views.add(json(view)));
    JsonObject json = new JsonObject().put("sessions", views);
    return ApiResponse.json(page.next() == null ? json : json.put("next", page.next()));
  }

  private static Map<String, String> tag(SessionView view) {
    return Map.of("etag", "\"" + view.version() + "\"");
  }

  private static JsonObject json(SessionView view) {
    JsonObject json = new JsonObject();
    json.put("session", view.session()).put("user", view.user()).put("created", view.created());
    if (view.endsAt() > 0) {
      json.put("endsAt", view.endsAt());
    }
    if (view.attachedTo() != null) {
      json.put("attachedTo", json(view.attachedTo()));
    }
    JsonArray subscriptions = new JsonArray();
    new TreeSet<>(view.subscriptions().stream().map(Object::toString).toList())
        .forEach(subscriptions::add);
    return json.put("version", view.version())
        .put("attributes", new JsonObject(new TreeMap<>(view.attributes())))
        .put("subscriptions", subscriptions);
  }

  private static JsonObject json(Attachment attachment) {
    return new JsonObject()
        .put("node", attachment.node().toString())
        .put("connection", attachment.connection())
        .put("generation", attachment.generation());
  }
}
