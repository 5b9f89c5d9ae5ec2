package dev.holdfast.gateway.files;

import dev.holdfast.core.Caller;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.files.FileAnswer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One request of a caller who is known; its body is still to be taken.
 *
 * @param tenant the caller's own: what a request names is looked for nowhere else
 * @param named the file that the address or the ticket names; none: the operation concerns none
 */
record FileRequest(RoutingContext routing, Caller caller, String tenant, @Nullable String named) {
  static FileRequest of(RoutingContext routing, Caller caller) {
    String tenant =
        caller instanceof Caller.User user
            ? user.tenant()
            : ((Caller.Service) caller).tenants().iterator().next();
    return new FileRequest(routing, caller, tenant, routing.pathParam("file"));
  }

  static FileRequest of(RoutingContext routing, FileAnswer.Redeemed ticket) {
    return new FileRequest(routing, ticket.caller(), ticket.tenant(), ticket.file());
  }

  /** The file of an operation that concerns one. */
  String file() {
    return Objects.requireNonNull(named, "the address names a file");
  }

  HttpServerRequest http() {
    return routing.request();
  }

  HttpServerResponse response() {
    return routing.response();
  }

  boolean isTus() {
    return Tus.isTus(http());
  }

  /** None: it is absent. BAD_REQUEST if it stands twice. */
  @Nullable String header(String name) {
    return one(name, http().headers().getAll(name));
  }

  /** None: it is absent. BAD_REQUEST if it stands twice. */
  @Nullable String query(String name) {
    return one(name, routing.queryParam(name));
  }

  /** Empty if it is absent; BAD_REQUEST if it stands twice. */
  String queryOrEmpty(String name) {
    String value = query(name);
    return value == null ? "" : value;
  }

  /** From 0; none: it is absent. */
  @Nullable Long number(String name, @Nullable String text) {
    if (text == null) {
      return null;
    }
    if (!text.matches("[0-9]{1,15}")) {
      throw bad(name + ": a whole number from 0");
    }
    return Long.parseLong(text);
  }

  static HoldfastException bad(String what) {
    return HoldfastException.withPublicMessage(ErrorCode.BAD_REQUEST, what);
  }

  private static @Nullable String one(String name, List<String> values) {
    if (values.size() > 1) {
      throw bad(name + ": once at most");
    }
    return values.isEmpty() ? null : values.get(0);
  }
}
