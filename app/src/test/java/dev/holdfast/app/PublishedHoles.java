package dev.holdfast.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Holes of libraries that are published in a database with the API of <a
 * href="https://google.github.io/osv.dev/api/">OSV</a>. Blocks its thread.
 */
final class PublishedHoles {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final URI database;
  private final HttpClient http = HttpClient.newBuilder().connectTimeout(PATIENCE).build();

  PublishedHoles(URI database) {
    this.database = database;
  }

  /** A library as it is used; {@code name} has a colon between group and artifact. */
  record Library(String name, String version) {
    private String address() {
      return "pkg:maven/" + name.replace(':', '/') + "@" + version;
    }
  }

  /**
   * A hole of a library.
   *
   * @param ids all its names: of the database, of the CVE list
   */
  record Hole(Library library, Set<String> ids, String summary) {}

  /** Returns the published holes of these libraries. */
  List<Hole> of(List<Library> libraries) throws IOException {
    ObjectNode body = JSON.createObjectNode();
    var queries = body.putArray("queries");
    for (Library library : libraries) {
      queries.addObject().putObject("package").put("purl", library.address());
    }
    JsonNode results = ask(request("/v1/querybatch").POST(BodyPublishers.ofString("" + body)));
    if (results.path("results").size() != libraries.size()) {
      throw new IOException("an answer to another question: " + results);
    }
    List<Hole> holes = new ArrayList<>();
    for (int i = 0; i < libraries.size(); i++) {
      for (JsonNode found : results.path("results").get(i).path("vulns")) {
        holes.add(hole(libraries.get(i), found.path("id").asText()));
      }
    }
    return holes;
  }

  private Hole hole(Library library, String id) throws IOException {
    JsonNode found = ask(request("/v1/vulns/" + id).GET());
    Set<String> ids = new TreeSet<>(Set.of(id));
    found.path("aliases").forEach(alias -> ids.add(alias.asText()));
    return new Hole(library, ids, found.path("summary").asText());
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(database.resolve(path)).timeout(PATIENCE);
  }

  private JsonNode ask(HttpRequest.Builder request) throws IOException {
    try {
      HttpResponse<String> answer = http.send(request.build(), BodyHandlers.ofString());
      if (answer.statusCode() != 200) {
        throw new IOException(database + " answers " + answer.statusCode());
      }
      return JSON.readTree(answer.body());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }
}
