package dev.holdfast.app.docker;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The engine's command line, as an operator uses it; and the image, built once a test JVM. */
final class Docker {
  static final String IMAGE = "holdfast:test";
  static final String JDK = "eclipse-temurin:25-jdk";
  static final String REDIS = "redis:7.4-alpine";
  static final Path ROOT = Path.of("").toAbsolutePath().getParent();

  private static final Duration TIMEOUT = Duration.ofMinutes(4);

  private Docker() {}

  /**
   * How a command ended.
   *
   * @param output standard output and error, as they came
   */
  record Outcome(int code, String output) {
    Outcome orThrow() {
      if (code != 0) {
        throw new IllegalStateException("code " + code + ": " + output);
      }
      return this;
    }
  }

  /** The name of the image of this build. */
  static String image() {
    return Built.NAME;
  }

  static boolean has(String image) {
    return run("docker", "image", "inspect", image).code() == 0
        || run("docker", "pull", "-q", image).code() == 0;
  }

  static Outcome run(String... command) {
    return run(Map.of(), List.of(command));
  }

  static Outcome run(Map<String, String> environment, List<String> command) {
    try {
      File output = Files.createTempFile("holdfast-docker", ".log").toFile();
      var builder =
          new ProcessBuilder(command)
              .directory(ROOT.toFile())
              .redirectErrorStream(true)
              .redirectOutput(output);
      builder.environment().putAll(environment);
      Process process = builder.start();
      if (!process.waitFor(TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IllegalStateException(command + " took longer than " + TIMEOUT);
      }
      String text = Files.readString(output.toPath(), StandardCharsets.UTF_8);
      Files.delete(output.toPath());
      return new Outcome(process.exitValue(), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  /** Compose as there is one: the plugin, or the program before it. */
  static List<String> compose(String project, String... arguments) {
    boolean plugin = run("docker", "compose", "version").code() == 0;
    List<String> command = new ArrayList<>();
    command.addAll(plugin ? List.of("docker", "compose") : List.of("docker-compose"));
    command.addAll(List.of("-f", "docker/compose.yaml", "-p", project));
    command.addAll(Arrays.asList(arguments));
    return command;
  }

  private static final class Built {
    static final String NAME = build();

    private static String build() {
      run(
              "docker",
              "build",
              "-f",
              "docker/Dockerfile",
              "-t",
              IMAGE,
              "--target",
              "node",
              "--build-arg",
              "PREBUILT=yes",
              ".")
          .orThrow();
      return IMAGE;
    }
  }
}
