package dev.holdfast.gateway.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.vertx.core.http.HttpMethod;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * The OpenAPI document of the HTTP API, {@code openapi.yaml}. It alone defines the operations, with
 * their methods and paths. Immutable.
 */
public final class Contract {
  private static final Set<String> METHODS =
      Set.of("get", "head", "options", "put", "post", "delete", "patch");

  private final String yaml;
  private final JsonNode document;
  private final List<Operation> operations;

  /**
   * One operation.
   *
   * @param path as in the document, {@code /v1/sessions/{session}}
   * @param consumes media types of its body; empty if it has none
   * @param produces media types of its successful answer, if it has a body
   * @param secured whether it takes a token
   * @param operators whether it is about the node, and so for the port of operators
   */
  public record Operation(
      String id,
      HttpMethod method,
      String path,
      List<String> consumes,
      List<String> produces,
      boolean secured,
      boolean operators) {
    /** Returns the path as a router takes it: {@code /v1/sessions/:session}. */
    String route() {
      return path.replaceAll("\\{(\\w+)}", ":$1");
    }
  }

  private Contract(String yaml, JsonNode document) {
    this.yaml = yaml;
    this.document = document;
    this.operations = List.copyOf(read(document));
  }

  /** Reads the document from the class path. */
  public static Contract load() {
    try (InputStream file = Contract.class.getResourceAsStream("/openapi.yaml")) {
      String yaml = new String(file.readAllBytes(), StandardCharsets.UTF_8);
      return new Contract(yaml, new ObjectMapper(new YAMLFactory()).readTree(yaml));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public List<Operation> operations() {
    return operations;
  }

  String yaml() {
    return yaml;
  }

  public String json() {
    return document.toString();
  }

  /** Returns the methods that a path takes, in order; empty if there is nothing at it. */
  Set<String> methodsAt(String path) {
    Set<String> methods = new TreeSet<>();
    for (Operation operation : operations) {
      if (Pattern.matches(operation.path().replaceAll("\\{\\w+}", "[^/]+"), path)) {
        methods.add(operation.method().name());
      }
    }
    return methods;
  }

  private static List<Operation> read(JsonNode document) {
    List<Operation> operations = new ArrayList<>();
    for (var path : document.path("paths").properties()) {
      for (var method : path.getValue().properties()) {
        if (METHODS.contains(method.getKey())) {
          operations.add(operation(path.getKey(), method.getKey(), method.getValue()));
        }
      }
    }
    return operations;
  }

  private static Operation operation(String path, String method, JsonNode operation) {
    List<String> produces = new ArrayList<>();
    for (var response : operation.path("responses").properties()) {
      if (response.getKey().startsWith("2")) {
        produces.addAll(names(response.getValue().path("content")));
      }
    }
    JsonNode security = operation.path("security");
    return new Operation(
        operation.path("operationId").asText(),
        HttpMethod.valueOf(method.toUpperCase(Locale.ROOT)),
        path,
        names(operation.path("requestBody").path("content")),
        List.copyOf(produces),
        security.isMissingNode() || !security.isEmpty(),
        "node".equals(operation.path("tags").path(0).asText()));
  }

  private static List<String> names(JsonNode object) {
    List<String> names = new ArrayList<>();
    object.fieldNames().forEachRemaining(names::add);
    return List.copyOf(names);
  }
}
