package dev.holdfast.gateway.files;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.gateway.http.Contract;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;

/** Holds answers against the document, and remembers which of those documented were seen. */
final class DocumentedAnswers {
  private static final JsonObject PATHS =
      new JsonObject(Contract.load().json()).getJsonObject("paths");
  private static final Set<String> SEEN = new ConcurrentSkipListSet<>();

  private DocumentedAnswers() {}

  static void check(String method, String uri, HttpResponse<?> answer) {
    String path = uri.replaceAll("\\?.*", "");
    for (Contract.Operation operation : FilesEdge.operations()) {
      boolean same = operation.method().name().equals(method);
      if (same && path.matches(operation.path().replaceAll("\\{\\w+}", "[^/]+"))) {
        String status = Integer.toString(answer.statusCode());
        boolean known = responses(operation).containsKey(status) || status.startsWith("5");
        assertTrue(known, operation.id() + " answers " + status + ", which is not documented");
        SEEN.add(operation.id() + " " + status);
      }
    }
  }

  /**
   * Successes and what is of files alone; refusals that all operations share are seen elsewhere.
   */
  static Set<String> unseen(Set<String> statuses) {
    Set<String> unseen = new TreeSet<>();
    for (Contract.Operation operation : FilesEdge.operations()) {
      responses(operation).fieldNames().stream()
          .filter(statuses::contains)
          .forEach(status -> unseen.add(operation.id() + " " + status));
    }
    unseen.removeAll(SEEN);
    return unseen;
  }

  private static JsonObject responses(Contract.Operation operation) {
    return PATHS
        .getJsonObject(operation.path())
        .getJsonObject(operation.method().name().toLowerCase(Locale.ROOT))
        .getJsonObject("responses");
  }
}
