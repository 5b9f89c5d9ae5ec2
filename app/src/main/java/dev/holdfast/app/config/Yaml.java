package dev.holdfast.app.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.holdfast.cluster.config.Layer;
import java.util.List;

/** Reads YAML: the configuration file, and settings with a structure that are given as one text. */
final class Yaml {
  private static final YAMLMapper YAML =
      YAMLMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private Yaml() {}

  /**
   * Reads a file of settings.
   *
   * @throws ConfigException if the text is not a YAML mapping
   */
  static Layer layer(String source, String text) {
    try {
      JsonNode tree = YAML.readTree(text);
      if (tree == null || tree.isMissingNode() || tree.isNull()) {
        return Layer.empty(source);
      }
      if (tree instanceof ObjectNode object) {
        return new Layer(source, object);
      }
      throw new ConfigException(List.of(source + ": a YAML mapping is needed"));
    } catch (JsonProcessingException e) {
      throw new ConfigException(List.of(source + ": not valid YAML" + place(e)));
    }
  }

  /** Parses a text of the environment or the command line; returns anything else as it is. */
  static JsonNode structured(JsonNode node) {
    try {
      return node.isTextual() ? YAML.readTree(node.textValue()) : node;
    } catch (JsonProcessingException e) {
      return node;
    }
  }

  /** Returns only the place: the message of the parser would quote the text, with its secrets. */
  private static String place(JsonProcessingException e) {
    return e.getLocation() == null
        ? ""
        : " (line %d, column %d)"
            .formatted(e.getLocation().getLineNr(), e.getLocation().getColumnNr());
  }
}
