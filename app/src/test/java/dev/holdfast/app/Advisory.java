package dev.holdfast.app;

import java.io.IOException;
import java.lang.module.ModuleDescriptor.Version;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A known hole of a library, a line of {@code .build/advisories.txt}.
 *
 * @param library group and artifact, a colon between
 * @param from the first version that has it
 * @param fixed the first that does not have it any more
 * @param accepted why it does no harm; blank where it would
 */
record Advisory(
    String id, String library, String from, String fixed, String what, String accepted) {
  private static final int COLUMNS = 6;

  static List<Advisory> read(Path file) throws IOException {
    return Files.readAllLines(file).stream()
        .filter(line -> !line.isBlank() && !line.startsWith("#"))
        .map(Advisory::parse)
        .toList();
  }

  static Advisory parse(String line) {
    String[] columns = line.split("\\|", -1);
    if (columns.length != COLUMNS || !columns[1].strip().matches("[\\w.-]+:[\\w.-]+")) {
      throw new IllegalArgumentException("not an advisory: " + line);
    }
    return new Advisory(
        columns[0].strip(),
        columns[1].strip(),
        columns[2].strip(),
        columns[3].strip(),
        columns[4].strip(),
        columns[5].strip());
  }

  /**
   * The library's version, where this is its jar.
   *
   * @param jar its path in a Maven repository
   */
  Optional<String> versionOf(String jar) {
    String[] name = library.split(":");
    String folder = "/" + name[0].replace('.', '/') + "/" + name[1] + "/";
    Matcher found = Pattern.compile(Pattern.quote(folder) + "([^/]+)/[^/]+\\.jar").matcher(jar);
    return found.find() ? Optional.of(found.group(1)) : Optional.empty();
  }

  boolean concerns(String version) {
    Version used = Version.parse(version);
    return used.compareTo(Version.parse(from)) >= 0 && used.compareTo(Version.parse(fixed)) < 0;
  }

  boolean isAccepted() {
    return !accepted.isEmpty();
  }
}
