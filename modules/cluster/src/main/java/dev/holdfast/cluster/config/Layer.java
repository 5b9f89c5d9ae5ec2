package dev.holdfast.cluster.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/**
 * The settings of one source, as a tree.
 *
 * @param source its name in messages
 */
public record Layer(String source, ObjectNode tree) {
  public static Layer empty(String source) {
    return new Layer(source, JsonNodeFactory.instance.objectNode());
  }

  /** Sets a text at a path; replaces what stands in the way of the path. */
  public void put(List<String> path, String text) {
    ObjectNode inner = tree;
    for (String name : path.subList(0, path.size() - 1)) {
      inner = inner.get(name) instanceof ObjectNode object ? object : inner.putObject(name);
    }
    inner.put(path.get(path.size() - 1), text);
  }

  /** Returns whether this source has a setting at {@code path}, or below or above it. */
  public boolean mentions(String path) {
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
  public static ObjectNode merge(ObjectNode lower, ObjectNode upper) {
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
}
