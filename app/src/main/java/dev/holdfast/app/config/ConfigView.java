package dev.holdfast.app.config;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.lang.reflect.RecordComponent;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;

/**
 * The configuration in force as JSON, for operators: the keys of the file, with the defaults.
 * Secrets, and what stands before the host of an address, are left out.
 */
public final class ConfigView {
  private static final String REDACTED = "***";

  private ConfigView() {}

  /** One JSON object. */
  public static String json(HoldfastConfig config) {
    return ((JsonObject) view(config)).encode();
  }

  private static Object view(Object value) {
    if (value instanceof HostPort || value == null) {
      return value == null ? null : value.toString();
    }
    if (value instanceof Record settings) {
      return object(settings);
    }
    if (value instanceof Map<?, ?> map) {
      JsonObject json = new JsonObject();
      new TreeMap<>(map).forEach((key, entry) -> json.put(key.toString(), view(entry)));
      return json;
    }
    if (value instanceof Collection<?> list) {
      JsonArray json = new JsonArray();
      list.forEach(entry -> json.add(view(entry)));
      return json;
    }
    return value instanceof Number || value instanceof Boolean
        ? value
        : value.toString().replaceAll("//[^@/]*@", "//" + REDACTED + "@");
  }

  private static JsonObject object(Record settings) {
    JsonObject json = new JsonObject();
    for (RecordComponent component : settings.getClass().getRecordComponents()) {
      Object value = read(settings, component);
      boolean secret = value != null && component.getName().equals("secret");
      json.put(component.getName(), secret ? REDACTED : view(value));
    }
    return json;
  }

  private static Object read(Record settings, RecordComponent component) {
    try {
      return component.getAccessor().invoke(settings);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("records of the configuration are public", e);
    }
  }
}
