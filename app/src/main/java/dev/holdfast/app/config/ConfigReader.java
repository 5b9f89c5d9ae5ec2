package dev.holdfast.app.config;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.cluster.config.Environment;
import dev.holdfast.cluster.config.Layer;
import dev.holdfast.cluster.config.RecordBinder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads a configuration: file, then environment, then command line, each over the one before.
 * Unknown keys are errors in all three. One use, one thread.
 */
public final class ConfigReader {
  private static final String FILE_VARIABLE = "HOLDFAST_CONFIG";

  private final Map<String, String> environment;
  private final Set<String> leftOut = new HashSet<>();
  private final Map<String, String> flags = new LinkedHashMap<>();
  private @Nullable Path file;

  /**
   * @param environment the variables of the process
   */
  public ConfigReader(Map<String, String> environment) {
    this.environment = new HashMap<>(environment);
    String named = environment.getOrDefault(FILE_VARIABLE, "");
    this.environment.remove(FILE_VARIABLE);
    this.file = named.isEmpty() ? null : Path.of(named);
  }

  /**
   * @param path of a YAML file; none: the one that {@code HOLDFAST_CONFIG} names, if any
   */
  public ConfigReader file(@Nullable Path path) {
    file = path == null ? file : path;
    return this;
  }

  /**
   * Leaves out a section, for a command that does not need it: its settings are neither read nor
   * checked, and its defaults hold.
   *
   * @param section one word, for example {@code cluster}
   */
  public ConfigReader without(String section) {
    leftOut.add(section);
    String prefix = "HOLDFAST_" + section.toUpperCase(Locale.ROOT) + "_";
    environment.keySet().removeIf(name -> name.startsWith(prefix));
    return this;
  }

  /**
   * A setting of the command line; a later one of the same key replaces an earlier one.
   *
   * @param key dotted, for example {@code gateway.port}
   * @param value none: nothing was said
   */
  public ConfigReader flag(String key, @Nullable Object value) {
    if (value != null) {
      flags.put(key, value.toString());
    }
    return this;
  }

  /**
   * @throws ConfigException lists every problem
   */
  public HoldfastConfig read() {
    return read(HoldfastConfig.class, HoldfastConfig.DEFAULTS);
  }

  <T extends Record> T read(Class<T> type, T defaults) {
    var problems = new ArrayList<String>();
    List<Layer> layers =
        List.of(fileLayer(), Environment.of(type).layer(environment, problems), flagLayer());
    ObjectNode merged = Layer.empty("").tree();
    for (Layer layer : layers) {
      merged = Layer.merge(merged, layer.tree());
    }
    merged.remove(leftOut);
    var binder =
        new RecordBinder(
            Yaml::structured, (path, text) -> problems.add(place(path, layers) + text));
    @Nullable T config = binder.bind("", type, merged, defaults);
    if (config == null || !problems.isEmpty()) {
      throw new ConfigException(problems);
    }
    return config;
  }

  private Layer fileLayer() {
    Path given = file;
    if (given == null) {
      return Layer.empty("file");
    }
    try {
      return Yaml.layer(given.toString(), Files.readString(given));
    } catch (IOException e) {
      throw new ConfigException(List.of(given + ": can't be read"));
    }
  }

  private Layer flagLayer() {
    Layer layer = Layer.empty("command line");
    flags.forEach((key, value) -> layer.put(List.of(key.split("\\.", -1)), value));
    return layer;
  }

  /** The path, and the source whose word holds there; nothing for the whole. */
  private static String place(String path, List<Layer> layers) {
    @Nullable String source = null;
    for (Layer layer : layers) {
      source = layer.mentions(path) ? layer.source() : source;
    }
    String at = path.isEmpty() || source == null ? path : path + " (" + source + ")";
    return at.isEmpty() ? "" : at + ": ";
  }
}
