package dev.holdfast.gateway.http;

import com.fasterxml.jackson.core.type.TypeReference;
import dev.holdfast.auth.Verified;
import dev.holdfast.core.Caller;
import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Position;
import dev.holdfast.core.audit.Origin;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One request of a known caller. Each part is checked when it is read. */
public final class ApiRequest {
  private static final int DEFAULT_LIMIT = 100;

  public final Caller caller;
  public final String tenant;
  private final RoutingContext routing;
  private final long expiresAt;
  private final Supplier<Optional<ErrorCode>> refusal;

  public ApiRequest(RoutingContext routing, Caller caller) {
    this.routing = routing;
    this.caller = caller;
    this.tenant = Callers.tenant(caller);
    this.expiresAt = routing.get("expiresAt", 0L);
    this.refusal = routing.get("refusal", Optional::empty);
  }

  public HttpServerRequest http() {
    return routing.request();
  }

  /** Returns the token by which the caller is known. */
  public Verified token() {
    return routing.get("token");
  }

  /** Returns whether nobody waits for the answer any more. */
  public boolean isGone() {
    return routing.response().closed();
  }

  public Vertx vertx() {
    return routing.vertx();
  }

  /**
   * Refuses if the token has expired, or is refused for another reason, since the request began.
   */
  public void checkToken() {
    checkRefusal();
    if (expiresAt != 0 && System.currentTimeMillis() >= expiresAt) {
      throw HoldfastException.withPublicMessage(
          ErrorCode.UNAUTHORIZED, "token: expired since " + Instant.ofEpochMilli(expiresAt));
    }
  }

  /** Returns who asks, for the audit log; none: it is no operation of administration. */
  public @Nullable Origin origin() {
    return Administered.origin(routing);
  }

  /** Refuses if the token is refused since the request began; one that only expired is not. */
  public void checkRefusal() {
    ErrorCode why = refusal.get().orElse(null);
    if (why != null) {
      throw HoldfastException.withPublicMessage(why, "token: " + why.wireName());
    }
  }

  public String path(String name) {
    return routing.pathParam(name);
  }

  /**
   * Returns a query parameter; none if it is absent. Fails with BAD_REQUEST if it is there twice.
   */
  public @Nullable String query(String name) {
    return one("query " + name, routing.queryParam(name));
  }

  public String queryOr(String name, String absent) {
    String value = query(name);
    return value == null ? absent : value;
  }

  /** Returns a header; none if it is absent. Fails with BAD_REQUEST if it is there twice. */
  public @Nullable String header(String name) {
    return one("header " + name, routing.request().headers().getAll(name));
  }

  /** Returns the body's media type, without parameters, in lower case. */
  public String mediaType() {
    return MediaTypes.of(routing.request());
  }

  /** Returns the length of the body in bytes, 0 if there is none. */
  public int size() {
    Buffer body = routing.body().buffer();
    return body == null ? 0 : body.length();
  }

  /** Returns the body, empty if there is none. */
  public byte[] body() {
    Buffer body = routing.body().buffer();
    return body == null ? new byte[0] : body.getBytes();
  }

  public <T> T body(TypeReference<T> type) {
    return StrictJson.read(body(), type);
  }

  public int limit() {
    String text = query("limit");
    if (text == null) {
      return DEFAULT_LIMIT;
    }
    if (!text.matches("[1-9][0-9]{0,3}")) {
      throw Problem.badRequest("limit: 1 to 1000");
    }
    return Integer.parseInt(text);
  }

  /** Returns the channel of the path, in the token's tenant. */
  public Channel channel() {
    return new Channel(tenant, ChannelName.parse(path("channel")));
  }

  /** Returns a cursor {@code epoch:seq} of the query; none if it is absent. */
  public @Nullable Position cursor(String name) {
    String text = query(name);
    if (text == null) {
      return null;
    }
    try {
      return Position.parse(text);
    } catch (HoldfastException e) {
      throw Problem.badRequest(name + ": a cursor epoch:seq");
    }
  }

  /**
   * Returns the user that the request names. A user that names none means itself; none if a service
   * named none.
   */
  public @Nullable String user() {
    String named = query("user");
    return named == null && caller instanceof Caller.User self ? self.user() : named;
  }

  /** Refuses a service without the permission. A user's rights follow from what is its own. */
  public void serviceNeeds(String verb, String target) {
    if (caller instanceof Caller.Service) {
      needs(verb, target);
    }
  }

  /** Refuses a caller without the permission. */
  public void needs(String verb, String target) {
    if (!caller.permits(verb, target)) {
      throw HoldfastException.withPublicMessage(
          ErrorCode.FORBIDDEN, "needs " + verb + ":" + target);
    }
  }

  /**
   * Refuses callers that are no operators. A permission that any tenant can give to its own users
   * opens nothing of a node's.
   *
   * @param operators the tenant of operators; none if there are no operators
   */
  public void needsOperator(String verb, String target, @Nullable String operators) {
    needs(verb, target);
    if (!tenant.equals(operators)) {
      throw HoldfastException.withPublicMessage(
          ErrorCode.FORBIDDEN,
          operators == null
              ? verb + ":" + target + " is for operators: gateway.operatorTenant names their tenant"
              : verb + ":" + target + " is for operators, who have a tenant of their own");
    }
  }

  private static @Nullable String one(String what, List<String> values) {
    if (values.size() > 1) {
      throw Problem.badRequest(what + ": once at most");
    }
    return values.isEmpty() ? null : values.get(0);
  }
}
