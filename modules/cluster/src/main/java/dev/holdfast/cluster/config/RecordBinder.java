package dev.holdfast.cluster.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Makes records of a tree of settings. A record of defaults supplies what the tree leaves out. Goes
 * on after a problem, so that all are found at once; no record is made then. {@link Scalars} reads
 * single values; a record checks them in its constructor. One use, one thread.
 */
public final class RecordBinder {
  /** The key that stands in place of a text: {@code {file: <path>}} reads it from there. */
  static final String FILE = "file";

  private final UnaryOperator<JsonNode> structured;
  private final BiConsumer<String, String> problems;
  private int found;

  /**
   * @param structured parses a text where a list or a mapping is needed; returns the same if it
   *     can't
   * @param problems gets path and text of each problem
   */
  public RecordBinder(UnaryOperator<JsonNode> structured, BiConsumer<String, String> problems) {
    this.structured = structured;
    this.problems = problems;
  }

  /** Returns whether a type is a record with settings of its own, not one written as a text. */
  public static boolean isSection(Class<?> type) {
    return type.isRecord() && !Scalars.reads(type);
  }

  /**
   * Makes the record.
   *
   * @param path of the record among all settings; empty: it holds all of them
   * @param tree its settings
   * @return null: there were problems
   */
  public <T extends Record> @Nullable T bind(
      String path, Class<T> type, ObjectNode tree, T defaults) {
    @Nullable Object record = section(path, type, tree, defaults);
    return found == 0 ? type.cast(record) : null;
  }

  private @Nullable Object section(
      String path, Class<?> type, JsonNode given, @Nullable Object defaults) {
    if (!(structured.apply(given) instanceof ObjectNode tree)) {
      return problem(path, "settings are needed here, not a single value");
    }
    RecordComponent[] components = type.getRecordComponents();
    unknown(path, tree, components);
    int before = found;
    @Nullable Object[] values = new @Nullable Object[components.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = component(path, components[i], tree, defaults);
    }
    if (found > before && defaults == null) {
      return null;
    }
    return construct(path, type, values);
  }

  private @Nullable Object component(
      String path, RecordComponent component, ObjectNode tree, @Nullable Object defaults) {
    @Nullable Object fallback =
        defaults == null ? zero(component.getType()) : read(component, defaults);
    JsonNode node = tree.path(component.getName());
    if (node.isMissingNode() || node.isNull()) {
      return fallback;
    }
    int before = found;
    @Nullable Object value =
        value(join(path, component.getName()), component.getGenericType(), node, fallback);
    return found == before ? value : fallback;
  }

  private @Nullable Object value(String path, Type type, JsonNode node, @Nullable Object fallback) {
    if (type instanceof ParameterizedType generic) {
      return collection(path, generic, node);
    }
    Class<?> plain = (Class<?>) type;
    if (isSection(plain)) {
      return section(path, plain, node, fallback);
    }
    if (node.isNull() || node.isContainerNode() && !node.has(FILE)) {
      return problem(path, "a single value is needed here");
    }
    try {
      return Scalars.read(plain, node);
    } catch (IllegalArgumentException e) {
      return problem(path, String.valueOf(e.getMessage()));
    }
  }

  private Object collection(String path, ParameterizedType type, JsonNode node) {
    Type[] of = type.getActualTypeArguments();
    if (type.getRawType() == Map.class) {
      return map(path, of[1], node);
    }
    List<@Nullable Object> list = list(path, of[0], node);
    return type.getRawType() == Set.class ? new LinkedHashSet<>(list) : list;
  }

  private Map<String, @Nullable Object> map(String path, Type type, JsonNode node) {
    var map = new LinkedHashMap<String, @Nullable Object>();
    if (structured.apply(node) instanceof ObjectNode tree) {
      for (var entry : tree.properties()) {
        map.put(entry.getKey(), value(join(path, entry.getKey()), type, entry.getValue(), null));
      }
    } else {
      problem(path, "a mapping is needed here");
    }
    return map;
  }

  private List<@Nullable Object> list(String path, Type type, JsonNode node) {
    boolean sections = isSection((Class<?>) type);
    JsonNode entries = sections || node.isArray() ? structured.apply(node) : split(node);
    var list = new ArrayList<@Nullable Object>();
    if (!entries.isArray()) {
      problem(path, "a list is needed here");
    }
    for (int i = 0; entries.isArray() && i < entries.size(); i++) {
      list.add(value(join(path, Integer.toString(i)), type, entries.get(i), null));
    }
    return list;
  }

  private @Nullable Object construct(String path, Class<?> type, @Nullable Object[] values) {
    var types = Arrays.stream(type.getRecordComponents()).map(RecordComponent::getType);
    try {
      return type.getDeclaredConstructor(types.toArray(Class<?>[]::new)).newInstance(values);
    } catch (InvocationTargetException e) {
      return problem(path, String.valueOf(e.getTargetException().getMessage()));
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("record " + type + " can't be made", e);
    }
  }

  private void unknown(String path, ObjectNode tree, RecordComponent[] components) {
    List<String> known = Arrays.stream(components).map(RecordComponent::getName).toList();
    for (var entry : tree.properties()) {
      if (!known.contains(entry.getKey())) {
        problem(join(path, entry.getKey()), "unknown; known here: " + String.join(", ", known));
      }
    }
  }

  private @Nullable Object problem(String path, String text) {
    found++;
    problems.accept(path, text);
    return null;
  }

  private static JsonNode split(JsonNode node) {
    var entries = JsonNodeFactory.instance.arrayNode();
    if (node.isContainerNode()) {
      return node;
    }
    for (String entry : node.asText().split(",")) {
      if (!entry.isBlank()) {
        entries.add(entry.strip());
      }
    }
    return entries;
  }

  private static @Nullable Object read(RecordComponent component, Object from) {
    try {
      return component.getAccessor().invoke(from);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("record component " + component + " can't be read", e);
    }
  }

  private static @Nullable Object zero(Class<?> type) {
    return type.isPrimitive() ? Scalars.zero(type) : null;
  }

  private static String join(String path, String name) {
    return path.isEmpty() ? name : path + "." + name;
  }
}
