package dev.holdfast.testkit;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.testkit.client.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A node's settings by dotted name ({@code gateway.port}), as they go to its configuration file. A
 * value is what Jackson makes JSON of, which is YAML as well.
 */
record NodeSettings(Map<String, Object> values) {
  NodeSettings {
    values = Map.copyOf(values);
  }

  NodeSettings with(Map<String, ?> more) {
    Map<String, Object> all = new LinkedHashMap<>(values);
    all.putAll(more);
    return new NodeSettings(all);
  }

  void write(Path file) {
    ObjectNode tree = Json.MAPPER.createObjectNode();
    values.forEach((name, value) -> put(tree, name, value));
    try {
      Files.writeString(file, tree.toPrettyString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void put(ObjectNode tree, String name, Object value) {
    int dot = name.indexOf('.');
    if (dot < 0) {
      tree.set(name, Json.MAPPER.valueToTree(value));
    } else {
      put(tree.withObjectProperty(name.substring(0, dot)), name.substring(dot + 1), value);
    }
  }
}
