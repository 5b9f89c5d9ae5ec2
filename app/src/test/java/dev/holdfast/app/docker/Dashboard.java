package dev.holdfast.app.docker;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** What Grafana is given to show. */
final class Dashboard {
  private static final Path GRAFANA = Docker.ROOT.resolve("docker/grafana");

  private Dashboard() {}

  /**
   * @param sources of the panel and of its queries, by their uid
   * @param queries with the variable that chooses the nodes still in them
   */
  record Panel(
      int id, String type, String title, Place place, List<String> sources, List<String> queries) {}

  /** In a grid of 24 columns. */
  record Place(int x, int y, int width, int height) {
    boolean overlaps(Place other) {
      return x < other.x + other.width
          && other.x < x + width
          && y < other.y + other.height
          && other.y < y + height;
    }
  }

  static List<Panel> panels() {
    return stream(read("dashboards/holdfast.json").path("panels")).map(Dashboard::panel).toList();
  }

  /** As Prometheus is asked where all nodes are chosen. */
  static String forAllNodes(String query) {
    return query.replace("$instance", ".+");
  }

  /** What is provisioned, as it was written. */
  static String sources() {
    return text("provisioning/datasources/prometheus.yaml");
  }

  private static Panel panel(JsonNode panel) {
    JsonNode grid = panel.path("gridPos");
    var place =
        new Place(
            grid.path("x").asInt(-1),
            grid.path("y").asInt(-1),
            grid.path("w").asInt(),
            grid.path("h").asInt());
    List<JsonNode> targets = stream(panel.path("targets")).toList();
    return new Panel(
        panel.path("id").asInt(),
        panel.path("type").asText(),
        panel.path("title").asText(),
        place,
        Stream.concat(Stream.of(panel), targets.stream())
            .map(node -> node.path("datasource").path("uid").asText())
            .toList(),
        targets.stream().map(target -> target.path("expr").asText()).toList());
  }

  private static Stream<JsonNode> stream(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false);
  }

  private static JsonNode read(String file) {
    try {
      return new ObjectMapper().readTree(text(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String text(String file) {
    try {
      return Files.readString(GRAFANA.resolve(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
