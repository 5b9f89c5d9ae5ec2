package dev.holdfast.gateway.files;

import dev.holdfast.core.Caller;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.files.FileAnswer;
import dev.holdfast.tokens.TokenOrigin;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One request of a known caller; its body is not read yet.
 *
 * @param tenant the caller's own: the files that a request names are looked for nowhere else
 * @param token by which the caller came; none: by a ticket
 * @param named the file that the address or the ticket names; none if the operation concerns none
 */
record FileRequest(
    RoutingContext routing,
    Caller caller,
    String tenant,
    @Nullable TokenOrigin token,
    @Nullable String named) {
  static FileRequest of(RoutingContext routing, Caller caller, TokenOrigin token) {
    String tenant =
        caller instanceof Caller.User user
            ? user.tenant()
            : ((Caller.Service) caller).tenants().iterator().next();
    return new FileRequest(routing, caller, tenant, token, routing.pathParam("file"));
  }

  static FileRequest of(RoutingContext routing, FileAnswer.Redeemed ticket) {
    return new FileRequest(routing, ticket.caller(), ticket.tenant(), null, ticket.file());
  }

  /** Returns the file of an operation that concerns one. */
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

  /** Returns a header; none if it is absent. Fails with BAD_REQUEST if it is there twice. */
  @Nullable String header(String name) {
    return one(name, http().headers().getAll(name));
  }

  /**
   * Returns a query parameter; none if it is absent. Fails with BAD_REQUEST if it is there twice.
   */
  @Nullable String query(String name) {
    return one(name, routing.queryParam(name));
  }

  /**
   * Returns a query parameter; empty if it is absent. Fails with BAD_REQUEST if it is there twice.
   */
  String queryOrEmpty(String name) {
    String value = query(name);
    return value == null ? "" : value;
  }

  /**
   * Returns a whole number from 0; none if it is absent. Fails with BAD_REQUEST if it is no number.
   */
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
