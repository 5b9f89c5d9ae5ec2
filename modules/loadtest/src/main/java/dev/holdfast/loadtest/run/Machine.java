package dev.holdfast.loadtest.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The machine that the coordinator is on. */
final class Machine {
  private Machine() {}

  static Map<String, String> environment() {
    var environment = new LinkedHashMap<String, String>();
    environment.put(
        "system",
        "%s %s, %s"
            .formatted(
                System.getProperty("os.name"),
                System.getProperty("os.version"),
                System.getProperty("os.arch")));
    environment.put("processor", processor());
    environment.put("memory", memory());
    environment.put(
        "Java",
        System.getProperty("java.runtime.version") + ", " + System.getProperty("java.vm.name"));
    return environment;
  }

  private static String processor() {
    int count = Runtime.getRuntime().availableProcessors();
    String model = line("/proc/cpuinfo", "model name");
    return model == null ? Integer.toString(count) : count + " × " + model;
  }

  private static String memory() {
    String kilobytes = line("/proc/meminfo", "MemTotal");
    return kilobytes == null
        ? "unknown"
        : "%.1f GiB".formatted(Long.parseLong(kilobytes.split(" ")[0]) / (double) (1 << 20));
  }

  private static @Nullable String line(String file, String name) {
    try (var lines = Files.lines(Path.of(file))) {
      return lines
          .filter(line -> line.startsWith(name))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse(null);
    } catch (IOException noLinux) {
      return null;
    }
  }
}
