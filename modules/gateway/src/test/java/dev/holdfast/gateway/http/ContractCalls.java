package dev.holdfast.gateway.http;

import dev.holdfast.gateway.http.Contract.Operation;
import dev.holdfast.gateway.http.HttpCalls.Reply;
import io.vertx.core.http.HttpMethod;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.Map;

/** A request of each operation. */
final class ContractCalls {
  private static final Map<String, String> BODIES =
      Map.of(
          "publish", HttpCalls.publication(ContractIT.NEWS, "note", "1"),
          "createSession", "{\"user\":\"ann\"}",
          "setLimits", "{}",
          "putIssuer", "{}",
          "putSchema", "{}",
          "revoke", "{\"user\":\"nobody\"}",
          "revokeOfTenant", "{\"user\":\"nobody\"}",
          "setAttributes", "{}");

  private ContractCalls() {}

  /** A request that lacks nothing but what the test takes from it. */
  static Reply call(HttpCalls calls, Operation operation) {
    String body = BODIES.getOrDefault(operation.id(), "");
    String path = path(operation);
    if (operation.method() == HttpMethod.GET) {
      return calls.get(path);
    }
    HttpCalls typed = calls.with("if-match", "\"0\"");
    boolean given = operation.consumes().isEmpty();
    return given
        ? typed.call(operation.method().name(), path, BodyPublishers.noBody())
        : typed
            .orElse("content-type", "application/json")
            .send(operation.method().name(), path, body.getBytes());
  }

  static String path(Operation operation) {
    return operation
        .path()
        .replace("{session}", "some-session")
        .replace("{channel}", ContractIT.NEWS)
        .replace("{event}", "note")
        .replace("{version}", "1")
        .replace("{tenant}", "other")
        .replace("{file}", "docs.js");
  }
}
