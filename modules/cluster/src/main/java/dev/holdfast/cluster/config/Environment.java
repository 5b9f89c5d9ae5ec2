package dev.holdfast.cluster.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The variables of the settings of a record: {@code gateway.port} is {@code HOLDFAST_GATEWAY_PORT},
 * {@code redis.commandTimeout} is {@code HOLDFAST_REDIS_COMMAND_TIMEOUT}. A text may stand in a
 * file, whose path is given with {@code _FILE} at the end of the name; if both are given, the file
 * counts. Immutable.
 */
public final class Environment {
  /** Variables that Kubernetes sets in each container for a service whose name begins with ours. */
  private static final Pattern SERVICE_LINK =
      Pattern.compile(
          "HOLDFAST(_[A-Z0-9_]+)?_(SERVICE_HOST|SERVICE_PORT(_[A-Z0-9_]+)?"
              + "|PORT_\\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)");

  /**
   * The one of these variables whose name may be a setting's, such as that of {@code gateway.port}.
   */
  private static final Pattern LINKED_PORT = Pattern.compile("(tcp|udp|sctp)://\\S+:\\d+");

  private final String prefix;
  private final Map<String, List<String>> paths = new TreeMap<>();

  private Environment(Class<? extends Record> type, List<String> root) {
    this.prefix = name(root) + "_";
    collect(type, root);
  }

  /** Returns the variables of a record that holds all settings. */
  public static Environment of(Class<? extends Record> type) {
    return new Environment(type, List.of());
  }

  /** Returns the variables of one section, for example {@code cluster}. */
  private static Environment of(Class<? extends Record> type, String section) {
    return new Environment(type, List.of(section));
  }

  /**
   * Reads the settings among the variables. Variables with another prefix are ignored, and so are
   * empty ones.
   *
   * @param problems gets each variable with the prefix that is no setting's
   */
  public Layer layer(Map<String, String> variables, List<String> problems) {
    Layer layer = Layer.empty("environment");
    for (var variable : new TreeMap<>(variables).entrySet()) {
      String name = variable.getKey();
      if (!name.startsWith(prefix) || isServiceLink(variable)) {
        continue;
      }
      if (!paths.containsKey(name)) {
        problems.add(name + ": unknown variable");
      } else if (!variable.getValue().isEmpty()) {
        layer.put(paths.get(name), variable.getValue());
      }
    }
    return layer;
  }

  /** Returns the variable that sets what is at {@code path}, or the path itself if none does. */
  private String place(String path, Map<String, String> variables) {
    String place = path;
    for (var known : paths.entrySet()) {
      String set = String.join(".", known.getValue());
      boolean sets =
          path.equals(set)
              || path.startsWith(set + ".")
              || set.equals(path + "." + RecordBinder.FILE);
      if (sets && !variables.getOrDefault(known.getKey(), "").isEmpty()) {
        place = known.getKey();
      }
    }
    return place;
  }

  /**
   * Reads one section from variables alone.
   *
   * @throws IllegalArgumentException lists every problem, with the name of its variable
   */
  public static <T extends Record> T read(
      String section, Class<T> type, T defaults, Map<String, String> variables) {
    Environment names = of(type, section);
    List<String> problems = new ArrayList<>();
    JsonNode tree = names.layer(variables, problems).tree().path(section);
    var binder =
        new RecordBinder(
            UnaryOperator.identity(),
            (path, text) -> problems.add(names.place(path, variables) + ": " + text));
    @Nullable T read =
        tree instanceof ObjectNode given ? binder.bind(section, type, given, defaults) : defaults;
    if (read == null || !problems.isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", problems));
    }
    return read;
  }

  private static boolean isServiceLink(Map.Entry<String, String> variable) {
    return SERVICE_LINK.matcher(variable.getKey()).matches()
        || variable.getKey().endsWith("_PORT")
            && LINKED_PORT.matcher(variable.getValue()).matches();
  }

  private void collect(Class<?> type, List<String> path) {
    for (RecordComponent component : type.getRecordComponents()) {
      List<String> inner = append(path, component.getName());
      if (RecordBinder.isSection(component.getType())) {
        collect(component.getType(), inner);
      } else {
        paths.put(name(inner), inner);
        if (component.getType() == String.class) {
          paths.put(name(inner) + "_FILE", append(inner, RecordBinder.FILE));
        }
      }
    }
  }

  private static String name(List<String> path) {
    String joined = String.join("_", append(List.of("HOLDFAST"), path));
    return joined.replaceAll("([a-z0-9])([A-Z])", "$1_$2").toUpperCase(Locale.ROOT);
  }

  private static List<String> append(List<String> path, String name) {
    return append(path, List.of(name));
  }

  private static List<String> append(List<String> path, List<String> names) {
    var longer = new ArrayList<>(path);
    longer.addAll(names);
    return List.copyOf(longer);
  }
}
