package dev.holdfast.gateway.http;

import com.fasterxml.jackson.core.type.TypeReference;
import dev.holdfast.channels.ChannelMessage;
import dev.holdfast.channels.ChannelsClient;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.sessions.Answer.Page;
import dev.holdfast.sessions.Attachment;
import dev.holdfast.sessions.SessionMessage;
import dev.holdfast.sessions.SessionView;
import dev.holdfast.sessions.SessionsClient;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/** Sessions: created, looked at, given attributes, subscribed, closed. */
final class Sessions {
  private static final TypeReference<NewSession> NEW = new TypeReference<>() {};
  private static final TypeReference<Map<String, String>> ATTRIBUTES = new TypeReference<>() {};

  private final SessionsClient sessions;
  private final ChannelsClient channels;

  Sessions(SessionsClient sessions, ChannelsClient channels) {
    this.sessions = sessions;
    this.channels = channels;
  }

  /** What a new session is to have. */
  record NewSession(String user, Map<String, String> attributes) {}

  Map<String, Function<Ask, Future<Answer>>> operations() {
    return Map.of(
        "createSession", this::create,
        "listSessions", this::list,
        "getSession", this::get,
        "closeSession", this::close,
        "setAttributes", this::setAttributes,
        "subscribe", this::subscribe,
        "unsubscribe", this::unsubscribe);
  }

  private Future<Answer> create(Ask ask) {
    ask.serviceNeeds("sessions", "write");
    NewSession wanted = ask.body(NEW);
    String user = wanted.user() == null ? ask.user() : wanted.user();
    if (user == null) {
      throw Problem.badRequest("user: missing");
    }
    Map<String, String> attributes = wanted.attributes() == null ? Map.of() : wanted.attributes();
    return sessions
        .create(new SessionMessage.Create(ask.caller, ask.tenant, user, attributes))
        .map(Sessions::created);
  }

  private static Answer created(SessionView view) {
    Map<String, String> headers = new TreeMap<>(tag(view));
    headers.put("location", "/v1/sessions/" + view.session());
    return Answer.json(json(view)).with(201, headers);
  }

  private Future<Answer> list(Ask ask) {
    ask.serviceNeeds("sessions", "read");
    var wanted =
        new SessionMessage.ListSessions(
            ask.caller, ask.tenant, ask.user(), ask.queryOr("after", ""), ask.limit());
    return sessions.list(wanted).map(Sessions::page);
  }

  private Future<Answer> get(Ask ask) {
    ask.serviceNeeds("sessions", "read");
    return sessions
        .get(new SessionMessage.Get(ask.caller, ask.tenant, ask.path("session")))
        .map(view -> Answer.json(json(view)).with(200, tag(view)));
  }

  private Future<Answer> close(Ask ask) {
    ask.serviceNeeds("sessions", "write");
    String reason = ask.queryOr("reason", "closed");
    return sessions
        .close(new SessionMessage.Close(ask.caller, ask.tenant, ask.path("session"), reason))
        .map(Answer.DONE);
  }

  private Future<Answer> setAttributes(Ask ask) {
    ask.serviceNeeds("sessions", "write");
    long version = version(ask.header("If-Match"));
    Map<String, String> attributes = ask.body(ATTRIBUTES);
    return sessions
        .setAttributes(
            new SessionMessage.SetAttributes(
                ask.caller, ask.tenant, ask.path("session"), version, attributes))
        .map(view -> Answer.json(json(view)).with(200, tag(view)))
        .recover(Sessions::preconditionFailed);
  }

  private static long version(String tag) {
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

  private Future<Answer> subscribe(Ask ask) {
    ask.serviceNeeds("sessions", "write");
    String session = ask.path("session");
    dev.holdfast.core.Names.id(session, "session");
    return channels
        .subscribe(new ChannelMessage.SubscribeSession(ask.caller, session, ask.channel()))
        .map(Answer.DONE);
  }

  private Future<Answer> unsubscribe(Ask ask) {
    ask.serviceNeeds("sessions", "write");
    String session = ask.path("session");
    dev.holdfast.core.Names.id(session, "session");
    return channels
        .unsubscribe(new ChannelMessage.UnsubscribeSession(ask.caller, session, ask.channel()))
        .map(Answer.DONE);
  }

  private static Answer page(Page page) {
    JsonArray views = new JsonArray();
    page.sessions().forEach(view -> views.add(json(view)));
    JsonObject json = new JsonObject().put("sessions", views);
    return Answer.json(page.next() == null ? json : json.put("next", page.next()));
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
