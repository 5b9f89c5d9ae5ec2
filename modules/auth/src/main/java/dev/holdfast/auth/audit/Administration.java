package dev.holdfast.auth.audit;

import dev.holdfast.channels.schemas.SchemaMessage;
import dev.holdfast.connections.ConnectionMessage;
import dev.holdfast.connections.usage.UsageMessage;
import dev.holdfast.core.BusMessage;
import dev.holdfast.core.Caller;
import dev.holdfast.files.FileMessage;
import dev.holdfast.runs.AgentMessage;
import dev.holdfast.sessions.SessionMessage;
import dev.holdfast.tenants.TenantMessage;
import dev.holdfast.tokens.IssuerMessage;
import dev.holdfast.tokens.RevocationMessage;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The messages by which somebody administers, and what they do then. All others are everyday use: a
 * test names them, so that a new message is decided about.
 */
final class Administration {
  /** An id of a token that can't be the token itself. */
  private static final String PLAIN_ID = "[A-Za-z0-9_-]{1,64}";

  private static final Map<Class<?>, Act<?>> ACTS = new HashMap<>();

  /**
   * @param of none: whoever asks does it to itself
   */
  private record Act<M>(Class<M> type, Function<M, Caller> by, Function<M, @Nullable Deed> of) {}

  static {
    add(TenantMessage.Change.class, TenantMessage.Change::caller, Administration::tenant);
    add(RevocationMessage.Revoke.class, RevocationMessage.Revoke::caller, Administration::revoke);
    add(SessionMessage.Close.class, SessionMessage.Close::caller, Administration::close);
    add(
        ConnectionMessage.Disconnect.class,
        ConnectionMessage.Disconnect::caller,
        Administration::disconnect);
    add(
        SchemaMessage.Register.class,
        SchemaMessage.Register::caller,
        set -> schema("schema.register", set.tenant(), set.name()));
    add(
        SchemaMessage.Remove.class,
        SchemaMessage.Remove::caller,
        gone -> schema("schema.remove", gone.tenant(), gone.name()));
    add(
        AgentMessage.PutAgent.class,
        AgentMessage.PutAgent::caller,
        put -> agent("agent.put", put.tenant(), put.agent()));
    add(
        AgentMessage.RemoveAgent.class,
        AgentMessage.RemoveAgent::caller,
        gone -> agent("agent.remove", gone.tenant(), gone.agent()));
    add(FileMessage.EraseTenant.class, FileMessage.EraseTenant::caller, Administration::files);
    add(IssuerMessage.Put.class, IssuerMessage.Put::caller, Administration::putIssuer);
    add(
        IssuerMessage.Remove.class,
        IssuerMessage.Remove::caller,
        gone -> issuer("issuer.remove", gone.issuer()));
    add(UsageMessage.Erase.class, UsageMessage.Erase::caller, Administration::erase);
    add(UsageMessage.Export.class, UsageMessage.Export::caller, Administration::export);
  }

  private Administration() {}

  private static <M> void add(
      Class<M> type, Function<M, Caller> by, Function<M, @Nullable Deed> of) {
    ACTS.put(type, new Act<>(type, by, of));
  }

  /** Returns the types of messages that may administer. */
  static Set<Class<?>> types() {
    return Set.copyOf(ACTS.keySet());
  }

  static boolean concerns(BusMessage<?> message) {
    return ACTS.containsKey(message.getClass());
  }

  /** Returns what a message does; none: nothing of the kind. */
  static @Nullable Deed deed(BusMessage<?> message) {
    Act<?> act = ACTS.get(message.getClass());
    return act == null ? null : deed(act, message);
  }

  private static <M> @Nullable Deed deed(Act<M> act, BusMessage<?> message) {
    return act.of().apply(act.type().cast(message));
  }

  /** Returns who asks by a message that {@link #concerns}. */
  static Caller caller(BusMessage<?> message) {
    return caller(Objects.requireNonNull(ACTS.get(message.getClass())), message);
  }

  private static <M> Caller caller(Act<M> act, BusMessage<?> message) {
    return act.by().apply(act.type().cast(message));
  }

  /**
   * Returns how far it came; none: there is nothing to note. An erasure goes on from step to step;
   * whoever erases looks again and again until a pass finds nothing.
   */
  static @Nullable String outcome(BusMessage<?> message, @Nullable Object answer) {
    if (answer instanceof UsageMessage.Erased step) {
      return outcome(((UsageMessage.Erase) message).after().isEmpty(), step);
    }
    if (answer instanceof UsageMessage.Exported part && !part.last()) {
      return "begun";
    }
    return "done";
  }

  private static @Nullable String outcome(boolean begins, UsageMessage.Erased step) {
    if (step.next() != null) {
      return begins ? "begun" : null;
    }
    boolean none = step.sessions() + step.files() + step.runs() + step.keys() == 0;
    return begins && none ? null : "done";
  }

  private static Deed tenant(TenantMessage.Change change) {
    String act = change.act().name().toLowerCase(Locale.ROOT);
    return Deed.of("tenant." + act, change.tenant(), new JsonObject());
  }

  private static Deed revoke(RevocationMessage.Revoke revoke) {
    var target = new JsonObject();
    String token = revoke.token();
    if (token != null) {
      target.put("token", token.matches(PLAIN_ID) ? token : "not shown");
    } else {
      target.put("issuedUntil", revoke.issuedUntil());
    }
    if (revoke.user() != null) {
      target.put("user", revoke.user());
    }
    return Deed.of("tokens.revoke", revoke.tenant(), target);
  }

  /** A user ends no sessions but its own. */
  private static @Nullable Deed close(SessionMessage.Close close) {
    var target = new JsonObject().put("session", close.session()).put("reason", close.reason());
    boolean own = close.caller() instanceof Caller.User;
    return own ? null : Deed.of("session.close", close.tenant(), target);
  }

  private static @Nullable Deed disconnect(ConnectionMessage.Disconnect cut) {
    var target = new JsonObject().put("session", cut.session()).put("reason", cut.reason());
    boolean own = cut.caller() instanceof Caller.User;
    return own ? null : Deed.of("connection.close", cut.tenant(), target);
  }

  private static Deed schema(String event, String tenant, Object name) {
    return Deed.of(event, tenant, new JsonObject().put("schema", name.toString()));
  }

  private static Deed agent(String event, String tenant, String name) {
    return Deed.of(event, tenant, new JsonObject().put("agent", name));
  }

  /** Settings may hold secrets, so that only the name is noted. */
  private static Deed putIssuer(IssuerMessage.Put put) {
    try {
      return issuer(
          "issuer.put", String.valueOf(new JsonObject(put.settings()).getValue("issuer")));
    } catch (DecodeException notJson) {
      return issuer("issuer.put", "not shown");
    }
  }

  private static Deed issuer(String event, String name) {
    String shown = name.substring(0, Math.min(IssuerMessage.LONGEST_NAME, name.length()));
    return Deed.of(event, null, new JsonObject().put("issuer", shown));
  }

  private static Deed files(FileMessage.EraseTenant files) {
    var target = new JsonObject();
    if (files.user() != null) {
      target.put("user", files.user());
    }
    return Deed.of("files.erase", files.tenant(), target);
  }

  private static Deed erase(UsageMessage.Erase erase) {
    var target = new JsonObject();
    if (erase.user() != null) {
      target.put("user", erase.user());
    } else if (erase.channel() != null) {
      target.put("channel", erase.channel().toString());
    }
    return new Deed("erase", erase.tenant(), target, target.isEmpty());
  }

  /** What was begun was given away, whether or not the rest is read. */
  private static @Nullable Deed export(UsageMessage.Export export) {
    var target = new JsonObject();
    if (export.user() != null) {
      target.put("user", export.user());
    }
    return export.part() > 0 ? null : Deed.of("tenant.export", export.tenant(), target);
  }
}
