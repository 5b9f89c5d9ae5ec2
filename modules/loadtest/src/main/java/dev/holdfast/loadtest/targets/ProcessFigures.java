package dev.holdfast.loadtest.targets;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The figures that Linux has of a process. Any thread. */
public final class ProcessFigures {
  private static final Pattern RSS = Pattern.compile("(?m)^VmRSS:\\s+(\\d+) kB");

  private ProcessFigures() {}

  /** Bytes of memory in use. */
  public static @Nullable Long rss(long pid) {
    try {
      Matcher found = RSS.matcher(Files.readString(Path.of("/proc/" + pid + "/status")));
      return found.find() ? Long.parseLong(found.group(1)) << 10 : null;
    } catch (IOException goneOrNoLinux) {
      return null;
    }
  }

  /** Seconds of processor time since its start. */
  public static @Nullable Double cpuSeconds(long pid) {
    return ProcessHandle.of(pid)
        .flatMap(process -> process.info().totalCpuDuration())
        .map(used -> used.toNanos() / 1e9)
        .orElse(null);
  }

  /**
   * Returns times of the whole machine in seconds since its start: the processors' busy time, and
   * their whole time.
   */
  public static double @Nullable [] machine() {
    try {
      String[] ticks = Files.readAllLines(Path.of("/proc/stat")).get(0).trim().split("\\s+");
      double all = 0;
      for (int i = 1; i <= 8 && i < ticks.length; i++) {
        all += Double.parseDouble(ticks[i]);
      }
      double idle = Double.parseDouble(ticks[4]) + Double.parseDouble(ticks[5]);
      return new double[] {(all - idle) / 100, all / 100};
    } catch (IOException noLinux) {
      return null;
    }
  }
}
