package dev.holdfast.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Counts a JVM's reachable objects of our own classes, after a full collection. Blocks. */
final class LiveObjects {
  private static final Pattern LINE =
      Pattern.compile("\\s*\\d+:\\s+(\\d+)\\s+\\d+\\s+(dev\\.holdfast\\.\\S+).*");

  private LiveObjects() {}

  static Map<String, Integer> of(long pid) {
    String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
    Map<String, Integer> counts = new TreeMap<>();
    try {
      Process process =
          new ProcessBuilder(jcmd, Long.toString(pid), "GC.class_histogram")
              .redirectErrorStream(true)
              .start();
      String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      for (String line : text.split("\n")) {
        Matcher matcher = LINE.matcher(line);
        if (matcher.matches()) {
          counts.put(matcher.group(2), Integer.parseInt(matcher.group(1)));
        }
      }
      if (counts.isEmpty()) {
        throw new IllegalStateException("jcmd " + pid + ": " + text);
      }
      return counts;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
