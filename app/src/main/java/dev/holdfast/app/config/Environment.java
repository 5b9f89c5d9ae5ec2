package dev.holdfast.app.config;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Names of environment variables: {@code gateway.port} is {@code HOLDFAST_GATEWAY_PORT}, {@code
 * redis.commandTimeout} is {@code HOLDFAST_REDIS_COMMAND_TIMEOUT}. A text may stand in a file,
 * whose path is given with {@code _FILE} at the end of the name.
 */
final class Environment {
  static final String PREFIX = "HOLDFAST_";
  static final String CONFIG = PREFIX + "CONFIG";

  /** Variables that Kubernetes sets in each container for a service whose name begins with ours. */
  private static final Pattern SERVICE_LINK =
      Pattern.compile(
          "HOLDFAST(_[A-Z0-9_]+)?_(SERVICE_HOST|SERVICE_PORT(_[A-Z0-9_]+)?"
              + "|PORT_\\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)");

  /** Of the same, the one whose name may be a setting's, as that of {@code gateway.port}. */
  private static final Pattern LINKED_PORT = Pattern.compile("(tcp|udp|sctp)://\\S+:\\d+");

  private Environment() {}

  /**
   * The settings among the variables; unknown {@code HOLDFAST_} names are added to the problems.
   */
  static Layer layer(
      Map<String, String> variables, Class<? extends Record> type, List<String> problems) {
    Map<String, List<String>> names = new TreeMap<>();
    collect(type, List.of(), names);
    Layer layer = Layer.empty("environment");
    for (var variable : new TreeMap<>(variables).entrySet()) {
      String name = variable.getKey();
      if (!name.startsWith(PREFIX) || name.equals(CONFIG) || isServiceLink(variable)) {
        continue;
      }
      if (!names.containsKey(name)) {
        problems.add(name + ": unknown variable");
      } else if (!variable.getValue().isEmpty()) {
        layer.put(names.get(name), variable.getValue());
      }
    }
    return layer;
  }

  private static boolean isServiceLink(Map.Entry<String, String> variable) {
    return SERVICE_LINK.matcher(variable.getKey()).matches()
        || variable.getKey().endsWith("_PORT")
            && LINKED_PORT.matcher(variable.getValue()).matches();
  }

  private static void collect(Class<?> type, List<String> path, Map<String, List<String>> names) {
    for (RecordComponent component : type.getRecordComponents()) {
      List<String> inner = append(path, component.getName());
      if (RecordBinder.isSection(component.getType())) {
        collect(component.getType(), inner, names);
      } else {
        names.put(name(inner), inner);
        if (component.getType() == String.class) {
          names.put(name(inner) + "_FILE", append(inner, RecordBinder.FILE));
        }
      }
    }
  }

  private static String name(List<String> path) {
    String dotted = String.join("_", path);
    return PREFIX + dotted.replaceAll("([a-z0-9])([A-Z])", "$1_$2").toUpperCase(Locale.ROOT);
  }

  private static List<String> append(List<String> path, String name) {
    var longer = new ArrayList<>(path);
    longer.add(name);
    return List.copyOf(longer);
  }
}
