package dev.holdfast.client.conformance;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The same scripts on a network, against a client in a process of its own: by default this
 * module's, and only some of the quick ones; {@code -Dholdfast.conformance=all} plays all of them,
 * {@code -Dholdfast.conformance="node driver.js"} plays all of them against another client, but
 * that of the rule {@code -Dholdfast.conformance.without}.
 */
class ConformanceIT {
  private static final String SETTING = System.getProperty("holdfast.conformance", "");

  /** Some of each kind; none that waits to see that nothing comes. */
  private static final Set<Integer> QUICK = Set.of(1, 12, 20, 24, 31, 43);

  /** The program of the setting, if it is made by another build: without it, nothing is played. */
  private static final String DRIVER = System.getProperty("holdfast.conformance.driver", "");

  private static final boolean ALL =
      !SETTING.isEmpty() && !"quick".equals(System.getProperty("holdfast.conformance.rules"));

  private static final int WITHOUT = Integer.getInteger("holdfast.conformance.without", 0);

  private static final int SCALE = Integer.getInteger("holdfast.conformance.scale", 10);

  private static Vertx vertx;
  private static ClientProcess client;

  @BeforeAll
  static void start() {
    boolean built = DRIVER.isEmpty() || Files.exists(Path.of(DRIVER));
    assumeTrue(built, "there is no " + DRIVER);
    vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    boolean own = SETTING.isEmpty() || SETTING.equals("all");
    client = ClientProcess.start(own ? jvm("") : List.of("sh", "-c", SETTING));
  }

  @AfterAll
  static void end() throws Exception {
    if (client == null) {
      return;
    }
    client.close();
    vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  private static List<String> jvm(String classPathFirst) {
    String classPath = System.getProperty("java.class.path");
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        "-Dlogback.configurationFile=" + System.getProperty("logback.configurationFile", ""),
        "-cp",
        classPathFirst + System.getProperty("path.separator") + classPath,
        "dev.holdfast.client.DriverMain");
  }

  static Stream<Script> scripts() {
    return Script.all().stream()
        .filter(each -> ALL || QUICK.contains(each.rule()))
        .filter(each -> each.rule() != WITHOUT);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("scripts")
  void theClientKeeps(Script script) {
    play(script, client);
  }

  /** Rule 1 is the wire's alone. Not by default: it takes another process. */
  @Test
  @EnabledIfSystemProperty(named = "holdfast.conformance", matches = "all")
  void aClientWithoutTheSubProtocolIsFound(@TempDir Path folder) {
    var mutant = new Mutant(1, "VertxWire.java", ".addSubProtocol(SUB_PROTOCOL)", "");
    MutantLoader.of(mutant).writeTo(folder);
    try (ClientProcess broken = ClientProcess.start(jvm(folder.toString()))) {
      Script first = Script.all().get(0);
      assertThrows(AssertionError.class, () -> play(first, broken));
    }
  }

  private static void play(Script script, ClientProcess played) {
    try (Stage stage = new NetworkStage(vertx, played, SCALE)) {
      script.body().accept(new Play(stage));
    }
  }
}
