package dev.holdfast.gateway.files;

import dev.holdfast.core.Caller;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.files.FileAnswer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.util.List;

/**
 * One request of a caller who is known; its body is still to be taken.
 *
 * @param tenant the caller's own: what a request names is looked for nowhere else
 * @param file null where the operation concerns none
 */
record FileRequest(RoutingContext routing, Caller caller, String tenant, String file) {
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

  HttpServerRequest http() {
    return routing.request();
  }

  HttpServerResponse response() {
    return routing.response();
  }

  boolean isTus() {
    return Tus.isTus(http());
  }

  /** Null where it is absent; BAD_REQUEST where it stands twice. */
  String header(String name) {
    return one(name, http().headers().getAll(name));
  }

  /** Null where it is absent; BAD_REQUEST where it stands twice. */
  String query(String name) {
    return one(name, routing.queryParam(name));
  }

  /** From 0; null where it is absent. */
  Long number(String name, String text) {
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

  private static String one(String name, List<String> values) {
    if (values.size() > 1) {
      throw bad(name + ": once at most");
    }
    return values.isEmpty() ? null : values.get(0);
  }
}
