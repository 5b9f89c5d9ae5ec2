package dev.holdfast.model;

import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import tlc2.TLC;

/** Runs the model checker TLC on one specification, in a process of its own. */
final class Tlc {
  private static final Path SPECIFICATIONS = Path.of("src", "test", "tla");

  /** Digests of what was checked, and holds. */
  private static final Path CHECKED = SPECIFICATIONS.resolve("checked.txt");

  /** Lines for {@link #CHECKED}, of what this build has checked. */
  private static final Path RUN_NOW = Path.of("target", "checked.txt");

  private static final int FOUND_A_VIOLATION = 10;
  private static final int DOES_NOT_PARSE = 75;
  private static final long LONGEST_MINUTES = 10;

  private final String specification;
  private final Map<String, String> constants;

  Tlc(String specification, Map<String, String> constants) {
    this.specification = specification;
    this.constants = new TreeMap<>(constants);
  }

  Tlc with(String constant, Object value) {
    Tlc changed = new Tlc(specification, constants);
    if (changed.constants.replace(constant, value.toString()) == null) {
      throw new IllegalArgumentException(specification + " has no constant " + constant);
    }
    return changed;
  }

  /**
   * Checks all states that can be reached.
   *
   * @param invariants names of what holds in each state
   * @param properties names of what holds of each run
   */
  Outcome check(List<String> invariants, List<String> properties) throws Exception {
    Path folder = Files.createTempDirectory(Path.of("target"), specification);
    Path configuration = folder.resolve(specification + ".cfg");
    Files.writeString(configuration, configuration(invariants, properties));
    Files.copy(source(), folder.resolve(source().getFileName()));
    Path output = folder.resolve("output.txt");
    Process process =
        new ProcessBuilder(command())
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    if (!process.waitFor(LONGEST_MINUTES, TimeUnit.MINUTES)) {
      process.destroyForcibly();
      throw new IllegalStateException("not done after minutes: " + output);
    }
    return outcome(process.exitValue(), Files.readString(output));
  }

  /**
   * Checks as {@link #check} does, but for what is known to hold: it was checked with the same
   * specification and constants. {@code -Dholdfast.model.all=true} checks that, too.
   */
  Outcome checkUnlessKnown(List<String> invariants, List<String> properties) throws Exception {
    String configuration = configuration(invariants, properties);
    String digest = digest(configuration + Files.readString(source()));
    if (!Boolean.getBoolean("holdfast.model.all") && Files.readAllLines(CHECKED).contains(digest)) {
      return new Outcome(false, "");
    }
    Outcome outcome = check(invariants, properties);
    if (!outcome.violated()) {
      Files.writeString(
          RUN_NOW, digest + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }
    return outcome;
  }

  private static String digest(String text) throws NoSuchAlgorithmException {
    MessageDigest sha = MessageDigest.getInstance("SHA-256");
    return HexFormat.of().formatHex(sha.digest(text.getBytes(StandardCharsets.UTF_8)));
  }

  private Path source() {
    return SPECIFICATIONS.resolve(specification + ".tla");
  }

  private static Path jar() {
    try {
      return Path.of(TLC.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private List<String> command() {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-XX:+UseSerialGC",
        "-Xmx1g",
        "-cp",
        jar().toString(),
        TLC.class.getName(),
        "-workers",
        "auto",
        "-config",
        specification + ".cfg",
        specification + ".tla");
  }

  private String configuration(List<String> invariants, List<String> properties) {
    List<String> lines = new ArrayList<>(List.of("SPECIFICATION Spec", "CHECK_DEADLOCK FALSE"));
    constants.forEach((name, value) -> lines.add("CONSTANT " + name + " = " + value));
    invariants.forEach(name -> lines.add("INVARIANT " + name));
    properties.forEach(name -> lines.add("PROPERTY " + name));
    return String.join("\n", lines) + "\n";
  }

  private static Outcome outcome(int exit, String output) {
    if (exit != 0 && (exit < FOUND_A_VIOLATION || exit >= DOES_NOT_PARSE)) {
      throw new IllegalStateException("TLC ended with " + exit + ":\n" + output);
    }
    return new Outcome(exit != 0, output);
  }

  /** Whether something does not hold, and what TLC printed: the shortest run that shows it. */
  record Outcome(boolean violated, String output) {}
}
