package dev.holdfast.gateway.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Coverage-guided fuzzing of what reads input, for {@code -Dholdfast.fuzz.seconds} (30 in CI, else
 * 10, unless given), in a process of its own. What it finds is put under {@code fuzz/findings} and
 * tried again with every build.
 */
class FuzzIT {
  private static final int SECONDS =
      Integer.getInteger("holdfast.fuzz.seconds", System.getenv("CI") == null ? 10 : 30);
  private static final Pattern RUNS = Pattern.compile("Done (\\d+) runs");

  /** Where it starts: an input of each kind, by its first byte. */
  private static final List<String> SEEDS =
      List.of(
          "\u0007{\"type\":\"hello\",\"token\":\"t\",\"resume\":\"s\",\"channels\":{\"topic:a\":"
              + "[\"E\",7]},\"client\":{\"name\":\"n\",\"version\":\"1\"}}",
          "\u0007{\"type\":\"hello\",\"subscriptions\":{\"topic:a\":\"earliest\",\"run:r\":\"snapshot\","
              + "\"topic:b\":[\"E\",7]},\"client\":{\"name\":\"n\",\"version\":\"1\"}}",
          "\u0007{\"type\":\"subscribe\",\"id\":\"1\",\"channel\":\"topic:a\",\"from\":[\"E\",1]}",
          "\u0007{\"type\":\"publish\",\"id\":\"1\",\"channel\":\"topic:a\",\"event\":\"e\","
              + "\"data\":{\"a\":[1.5e3,null,\"\\u00fc\"]},\"n\":1}",
          "\u0007{\"type\":\"publish\",\"id\":\"1\",\"channel\":\"run:a\",\"event\":\"e\","
              + "\"data\":true,\"class\":\"volatile\"}",
          "\u0007{\"type\":\"request\",\"id\":\"1\",\"service\":\"s\",\"method\":\"m\",\"data\":1,"
              + "\"timeout\":5}",
          "\u0007{\"type\":\"refresh\",\"id\":\"1\",\"token\":\"t\"}",
          "\u0007{\"type\":\"ack\",\"cursors\":{\"user:a\":[\"E\",1]}}",
          "\u0001{\"publications\":[{\"channel\":\"topic:a\",\"event\":\"e\",\"data\":{\"a\":1},"
              + "\"idempotencyKey\":\"k\",\"class\":\"durable\"}]}",
          "\u0002{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/s\",\"type\":\"t\","
              + "\"channel\":\"topic:a\",\"datacontenttype\":\"application/json\",\"data\":[1]}",
          "\u0003[{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/s\",\"type\":\"t\","
              + "\"subject\":\"tenant\",\"data\":null,\"x\":1}]",
          "\u0004{\"a\":\"b\"}",
          "\u0005{\"user\":\"ann\",\"attributes\":{\"a\":\"b\"}}",
          "\u0006MQpzCnRvcGljOmEgRTox");

  @Test
  void nothingIsFound(@TempDir Path folder) throws Exception {
    Path corpus = Files.createDirectory(folder.resolve("corpus"));
    for (int i = 0; i < SEEDS.size(); i++) {
      Files.writeString(corpus.resolve("seed" + i), SEEDS.get(i), StandardCharsets.UTF_8);
    }
    Path log = folder.resolve("log");
    Process fuzzer = start(folder, corpus, log);
    boolean ended = fuzzer.waitFor(SECONDS + 120L, TimeUnit.SECONDS);
    fuzzer.destroyForcibly();

    String printed = Files.readString(log);
    assertTrue(ended, printed);
    assertEquals(0, fuzzer.exitValue(), printed);
    Matcher runs = RUNS.matcher(printed);
    assertTrue(runs.find() && Long.parseLong(runs.group(1)) >= SEEDS.size(), printed);
  }

  private static Process start(Path folder, Path corpus, Path log) throws IOException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String classPath =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    return new ProcessBuilder(
            java,
            "-Xmx512m",
            "-cp",
            classPath,
            "com.code_intelligence.jazzer.Jazzer",
            "--target_class=" + FuzzTarget.class.getName(),
            "--instrumentation_includes=dev.holdfast.**:com.fasterxml.jackson.core.**",
            "--disabled_hooks=**",
            "--reproducer_path=" + folder,
            "-artifact_prefix=" + folder + "/",
            "-max_total_time=" + SECONDS,
            "-max_len=4096",
            "-rss_limit_mb=2048",
            corpus.toString())
        .redirectErrorStream(true)
        .redirectOutput(log.toFile())
        .start();
  }

  @Test
  void theTargetFails() {
    // So that it is known to be able to.
    assertThrows(NullPointerException.class, () -> FuzzTarget.fuzzerTestOneInput(null));
  }

  static Stream<Path> findings() throws Exception {
    var folder = FuzzIT.class.getResource("/fuzz/findings");
    return folder == null ? Stream.of(Path.of("")) : Files.list(Path.of(folder.toURI()));
  }

  /** What was found once is not found again. */
  @ParameterizedTest
  @MethodSource("findings")
  void whatWasFoundIsFixed(Path finding) throws IOException {
    FuzzTarget.fuzzerTestOneInput(
        Files.isRegularFile(finding) ? Files.readAllBytes(finding) : new byte[0]);
  }

  @Test
  void everySeedIsUnderstoodOrRefused() {
    SEEDS.forEach(seed -> FuzzTarget.fuzzerTestOneInput(seed.getBytes(StandardCharsets.UTF_8)));
  }
}
