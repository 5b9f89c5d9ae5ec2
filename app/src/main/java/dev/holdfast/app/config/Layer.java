package dev.holdfast.app.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.util.List;

/**
 * The settings of one source, as a tree.
 *
 * @param source how messages name it
 */
record Layer(String source, ObjectNode tree) {
  static final YAMLMapper YAML =
      YAMLMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  static Layer empty(String source) {
    return new Layer(source, JsonNodeFactory.instance.objectNode());
  }

  /**
   * @throws ConfigException if the text is not a YAML mapping
   */
  static Layer yaml(String source, String text) {
    try {
      JsonNode tree = YAML.readTree(text);
      if (tree == null || tree.isMissingNode() || tree.isNull()) {
        return empty(source);
      }
      if (tree instanceof ObjectNode object) {
        return new Layer(source, object);
      }
      throw new ConfigException(List.of(source + ": a YAML mapping is needed"));
    } catch (JsonProcessingException e) {
      throw new ConfigException(List.of(source + ": not valid YAML" + place(e)));
    }
  }

  /** Sets a text at a path; what stands in the way of the path is replaced. */
  void put(List<String> path, String text) {
    ObjectNode inner = tree;
    for (String name : path.subList(0, path.size() - 1)) {
      inner = inner.get(name) instanceof ObjectNode object ? object : inner.putObject(name);
    }
    inner.put(path.get(path.size() - 1), text);
  }

  /** Returns whether this source says something at {@code path}, or below or above it. */
  boolean mentions(String path) {
    JsonNode node = tree;
    for (String name : path.split("\\.")) {
      if (!node.isContainerNode()) {
        return node.isValueNode();
      }
      node = node.isArray() ? node.path(index(name)) : node.path(name);
    }
    return !node.isMissingNode();
  }

  /** Lays {@code upper} over {@code lower}: mappings are merged, all else is replaced. */
  static ObjectNode merge(ObjectNode lower, ObjectNode upper) {
    ObjectNode merged = lower.deepCopy();
    for (var entry : upper.properties()) {
      JsonNode value =
          merged.get(entry.getKey()) instanceof ObjectNode below
                  && entry.getValue() instanceof ObjectNode above
              ? merge(below, above)
              : entry.getValue().deepCopy();
      merged.set(entry.getKey(), value);
    }
    return merged;
  }

  private static int index(String name) {
    return name.matches("\\d{1,6}") ? Integer.parseInt(name) : -1;
  }

  /** The place alone: the message of the parser would quote the text, with its secrets. */
  private static String place(JsonProcessingException e) {
    return e.getLocation() == null
        ? ""
        : " (line %d, column %d)"
            .formatted(e.getLocation().getLineNr(), e.getLocation().getColumnNr());
  }
}
