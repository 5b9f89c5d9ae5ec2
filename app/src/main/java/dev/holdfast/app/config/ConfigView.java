package dev.holdfast.app.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.holdfast.cluster.config.RecordBinder;
import dev.holdfast.core.process.Durations;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The configuration in force as JSON, for operators: the keys of the file, with the defaults.
 * Secrets, and what stands before the host of an address, are left out.
 */
public final class ConfigView {
  private static final String REDACTED = "***";

  /** Texts in quotes, all of them: 1e3 would be read as a number else. */
  private static final YAMLMapper YAML =
      YAMLMapper.builder().disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER).build();

  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private ConfigView() {}

  /** One JSON object. */
  public static String json(HoldfastConfig config) {
    return object(config).toString();
  }

  /** The same as a file of settings; of secrets only that they are there. */
  public static String yaml(HoldfastConfig config) {
    try {
      return YAML.writeValueAsString(object(config));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree of plain values can be written", e);
    }
  }

  private static JsonNode view(@Nullable Object value) {
    if (value == null) {
      return JSON.nullNode();
    }
    if (value instanceof Record settings && RecordBinder.isSection(settings.getClass())) {
      return object(settings);
    }
    if (value instanceof Map<?, ?> map) {
      ObjectNode json = JSON.objectNode();
      new TreeMap<>(map).forEach((key, entry) -> json.set(key.toString(), view(entry)));
      return json;
    }
    if (value instanceof Collection<?> list) {
      ArrayNode json = JSON.arrayNode();
      list.forEach(entry -> json.add(view(entry)));
      return json;
    }
    if (value instanceof Duration duration) {
      return JSON.textNode(Durations.format(duration));
    }
    return value instanceof Number || value instanceof Boolean
        ? JSON.pojoNode(value)
        : JSON.textNode(value.toString().replaceAll("//[^@/]*@", "//" + REDACTED + "@"));
  }

  private static ObjectNode object(Record settings) {
    ObjectNode json = JSON.objectNode();
    for (RecordComponent component : settings.getClass().getRecordComponents()) {
      Object value = read(settings, component);
      boolean secret = value != null && component.getName().equals("secret");
      json.set(component.getName(), secret ? JSON.textNode(REDACTED) : view(value));
    }
    return json;
  }

  private static @Nullable Object read(Record settings, RecordComponent component) {
    try {
      return component.getAccessor().invoke(settings);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("records of the configuration are public", e);
    }
  }
}
