package dev.holdfast.gateway.http;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.gateway.http.Contract.Operation;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.Draft;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.JsonSchemaOptions;
import io.vertx.json.schema.OutputUnit;
import io.vertx.json.schema.Validator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;

/**
 * Holds answers against the document, more strictly than a client would: also a member that the
 * document doesn't name is an error. Remembers which documented answers it has seen.
 */
final class ContractCheck {
  static final Contract CONTRACT = Contract.load();
  static final JsonObject DOCUMENT = strict(new JsonObject(CONTRACT.json()));

  /** Those on files have tests of their own, in their own package. */
  static final List<Operation> OPERATIONS =
      CONTRACT.operations().stream()
          .filter(
              operation ->
                  !operation
                      .path()
                      .matches("/v1/(files|tickets|runs|threads|(usage/)?agents|work|agui|chat).*"))
          .toList();

  /** Those on runs, see {@link RunsHttpIT}. */
  static final List<Operation> ON_RUNS =
      CONTRACT.operations().stream()
          .filter(operation -> operation.path().matches("/v1/(runs|work).*"))
          .filter(operation -> !operation.id().equals("readRunEvents"))
          .toList();

  /** Those on threads, see {@link ThreadsHttpIT}. */
  static final List<Operation> ON_THREADS =
      CONTRACT.operations().stream()
          .filter(operation -> operation.path().startsWith("/v1/threads"))
          .toList();

  /** Those on agents, see {@link ThreadsHttpIT}. */
  static final List<Operation> ON_AGENTS =
      CONTRACT.operations().stream()
          .filter(operation -> operation.path().matches("/v1/(usage/)?agents.*"))
          .toList();

  /** Those that clients from npm use, see {@link EdgesIT}. */
  static final List<Operation> ON_EDGES =
      CONTRACT.operations().stream()
          .filter(operation -> operation.path().matches("/v1/(agui|chat|runs/[^/]+/events).*"))
          .toList();

  private static final Set<String> SEEN = new ConcurrentSkipListSet<>();
  private static final Map<String, Validator> VALIDATORS = new ConcurrentHashMap<>();

  private ContractCheck() {}

  /** An answer to a path that is none of the document's has to be 404 or 405. */
  static void check(String method, String uri, HttpCalls.Reply reply) {
    String path = uri.replaceAll("\\?.*", "");
    Operation operation = operation(method, path);
    if (operation == null) {
      assertTrue(reply.status() >= 400 && reply.status() < 500, method + " " + uri + reply);
      problem(reply);
      return;
    }
    String status = status(operation, reply.status());
    JsonObject response = response(operation, status);
    String what = operation.id() + " " + reply.status() + ": " + reply.body();
    assertTrue(response != null, "not documented: " + what);
    SEEN.add(operation.id() + " " + status);
    JsonObject content = response.getJsonObject("content");
    if (content == null) {
      assertTrue(reply.body().isEmpty(), what);
      return;
    }
    String type = MediaTypes.bare(reply.header("content-type"));
    assertTrue(content.containsKey(type), "type " + type + " of " + what);
    if (type.equals(MediaTypes.LINES)) {
      JsonObject line = content.getJsonObject(type).getJsonObject("schema");
      reply.body().lines().forEach(text -> valid(line, text, "a line of " + what));
    } else if (type.endsWith("json")) {
      valid(content.getJsonObject(type).getJsonObject("schema"), reply.body(), what);
    }
  }

  /** What is documented and was not seen, of operations that this is asked of. */
  static Set<String> unseen() {
    return unseen(OPERATIONS);
  }

  static Set<String> unseen(List<Operation> operations) {
    Set<String> unseen = new TreeSet<>();
    for (Operation operation : operations) {
      for (String status : responses(operation).fieldNames()) {
        unseen.add(operation.id() + " " + status);
      }
    }
    unseen.removeAll(SEEN);
    return unseen;
  }

  static void seen(String operation, String status) {
    SEEN.add(operation + " " + status);
  }

  static JsonObject responses(Operation operation) {
    String method = operation.method().name().toLowerCase(java.util.Locale.ROOT);
    JsonObject path = DOCUMENT.getJsonObject("paths").getJsonObject(operation.path());
    return path.getJsonObject(method).getJsonObject("responses");
  }

  private static void problem(HttpCalls.Reply reply) {
    assertTrue("application/problem+json".equals(reply.header("content-type")), "" + reply);
    valid(new JsonObject().put("$ref", "#/components/schemas/Problem"), reply.body(), reply.body());
  }

  private static Operation operation(String method, String path) {
    for (Operation operation : CONTRACT.operations()) {
      boolean same = operation.method().name().equals(method);
      if (same && path.matches(operation.path().replaceAll("\\{\\w+}", "[^/]+"))) {
        return operation;
      }
    }
    return null;
  }

  private static String status(Operation operation, int status) {
    String exact = Integer.toString(status);
    return responses(operation).containsKey(exact) || status < 500 ? exact : "5XX";
  }

  private static JsonObject response(Operation operation, String status) {
    JsonObject response = responses(operation).getJsonObject(status);
    String ref = response == null ? null : response.getString("$ref");
    return ref == null
        ? response
        : DOCUMENT
            .getJsonObject("components")
            .getJsonObject("responses")
            .getJsonObject(ref.substring(ref.lastIndexOf('/') + 1));
  }

  private static void valid(JsonObject schema, String body, String what) {
    Object value = body.startsWith("[") ? new JsonArray(body) : new JsonObject(body);
    OutputUnit outcome =
        VALIDATORS.computeIfAbsent(schema.encode(), ContractCheck::validator).validate(value);
    assertTrue(outcome.getValid(), () -> what + ": " + outcome.getErrors());
  }

  private static Validator validator(String schema) {
    JsonObject root = new JsonObject(schema);
    root.put("components", DOCUMENT.getJsonObject("components").copy());
    return Validator.create(
        JsonSchema.of(root),
        new JsonSchemaOptions().setBaseUri("https://holdfast.dev").setDraft(Draft.DRAFT202012));
  }

  private static JsonObject strict(JsonObject schema) {
    for (Map.Entry<String, Object> member : schema) {
      if (member.getValue() instanceof JsonObject inner) {
        strict(inner);
      } else if (member.getValue() instanceof JsonArray list) {
        list.stream()
            .filter(JsonObject.class::isInstance)
            .forEach(entry -> strict((JsonObject) entry));
      }
    }
    if (schema.getValue("properties") instanceof JsonObject
        && !schema.containsKey("additionalProperties")) {
      schema.put("additionalProperties", false);
    }
    return schema;
  }
}
