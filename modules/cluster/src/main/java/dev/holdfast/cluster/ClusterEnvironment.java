package dev.holdfast.cluster;

import dev.holdfast.cluster.identity.BusTls;
import dev.holdfast.core.Durations;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The variables that a service is configured by: those of a node's {@code cluster} settings, in the
 * same forms. Goes on after a problem, so that all are reported at once. One use, one thread.
 */
final class ClusterEnvironment {
  private static final String PREFIX = "HOLDFAST_CLUSTER_";

  private final Map<String, String> given = new TreeMap<>();
  private final Set<String> asked = new HashSet<>();
  private final List<String> problems = new ArrayList<>();

  private ClusterEnvironment(Map<String, String> environment) {
    environment.forEach(
        (name, value) -> {
          if (name.startsWith(PREFIX)) {
            given.put(name, value);
          }
        });
  }

  /**
   * @throws IllegalArgumentException lists every problem
   */
  static ClusterConfig read(Map<String, String> environment) {
    var variables = new ClusterEnvironment(environment);
    ClusterConfig config = variables.config();
    variables.unknown();
    if (config == null || !variables.problems.isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", variables.problems));
    }
    return config;
  }

  private @Nullable ClusterConfig config() {
    var defaults = ClusterConfig.DEFAULTS;
    String name = read("NAME", Function.identity(), defaults.name());
    String host = read("HOST", Function.identity(), defaults.host());
    int port = read("PORT", ClusterEnvironment::port, defaults.port());
    int messagePort = read("MESSAGE_PORT", ClusterEnvironment::port, defaults.messagePort());
    String publicHost = given("PUBLIC_HOST", Function.identity());
    List<HostPort> members = read("MEMBERS", ClusterEnvironment::members, defaults.members());
    var heartbeat = read("HEARTBEAT_TIMEOUT", Durations::parse, defaults.heartbeatTimeout());
    BusTls tls = tls();
    String secret = secret();
    boolean insecure = read("INSECURE", ClusterEnvironment::flag, defaults.insecure());
    return checked(
        () ->
            new ClusterConfig(
                name,
                host,
                port,
                messagePort,
                publicHost,
                members,
                heartbeat,
                tls,
                secret,
                insecure),
        "cluster: ");
  }

  private @Nullable String secret() {
    String ofFile = given("SECRET_FILE", ClusterEnvironment::content);
    String secret = given("SECRET", Function.identity());
    return secret == null ? ofFile : secret;
  }

  private static String content(String file) {
    try {
      return Files.readString(Path.of(file)).stripTrailing();
    } catch (IOException e) {
      throw new IllegalArgumentException("file " + file + " can't be read", e);
    }
  }

  private static boolean flag(String text) {
    if (text.equals("true") || text.equals("false")) {
      return text.equals("true");
    }
    throw new IllegalArgumentException("true or false is needed, not " + text);
  }

  private @Nullable BusTls tls() {
    Path key = given("TLS_KEY", Path::of);
    Path certificate = given("TLS_CERTIFICATE", Path::of);
    Path authority = given("TLS_AUTHORITY", Path::of);
    return key == null && certificate == null && authority == null
        ? null
        : checked(() -> new BusTls(key, certificate, authority), "cluster.tls: ");
  }

  private <T> T read(String name, Function<String, T> form, T otherwise) {
    T value = given(name, form);
    return value == null ? otherwise : value;
  }

  /** Reads a variable; none: it is empty, or not of that form, which is noted as a problem. */
  private <T> @Nullable T given(String name, Function<String, T> form) {
    String variable = PREFIX + name;
    asked.add(variable);
    String text = given.getOrDefault(variable, "");
    return text.isEmpty() ? null : checked(() -> form.apply(text), variable + ": ");
  }

  private <T> @Nullable T checked(Supplier<T> made, String place) {
    try {
      return made.get();
    } catch (IllegalArgumentException e) {
      problems.add(place + e.getMessage());
      return null;
    }
  }

  private void unknown() {
    given.keySet().stream()
        .filter(name -> !asked.contains(name))
        .forEach(name -> problems.add(name + ": unknown variable"));
  }

  private static int port(String text) {
    try {
      return Integer.parseInt(text.strip());
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("a whole number is needed, not " + text, e);
    }
  }

  private static List<HostPort> members(String text) {
    return Stream.of(text.split(","))
        .filter(member -> !member.isBlank())
        .map(HostPort::parse)
        .toList();
  }
}
