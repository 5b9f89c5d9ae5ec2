package dev.holdfast.gateway.scale;

import dev.holdfast.testkit.redis.RedisCommand;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What nodes asked of Redis, and what that cost it.
 *
 * @param at by {@link System#nanoTime}
 * @param commands by the purpose of the link that they went over
 * @param scripts that were run
 * @param scriptMicros processor time inside scripts
 * @param cpuMicros processor time of the server
 * @param bytes of memory that it uses
 */
record RedisUse(
    long at,
    Map<String, Long> commands,
    long scripts,
    long scriptMicros,
    long cpuMicros,
    long bytes) {
  /** Names the columns of {@link #each}. */
  static final String HEAD =
      "| what | how many | commands | scripts | us in scripts | us of Redis | bytes |";

  private static final Pattern SCRIPTS =
      Pattern.compile("cmdstat_evalsha:calls=(\\d+),usec=(\\d+)");
  private static final Pattern CPU = Pattern.compile("used_cpu_(?:sys|user):([0-9.]+)");
  private static final Pattern BYTES = Pattern.compile("used_memory:(\\d+)");

  /**
   * @param servers their addresses; their figures are summed
   */
  static RedisUse now(List<String> servers, MeterRegistry registry) {
    Map<String, Long> commands = new TreeMap<>();
    for (Timer timer : registry.find("holdfast.redis.command").timers()) {
      commands.merge(String.valueOf(timer.getId().getTag("purpose")), timer.count(), Long::sum);
    }
    String stats = info(servers, "commandstats");
    double cpu =
        CPU.matcher(info(servers, "cpu"))
            .results()
            .mapToDouble(used -> Double.parseDouble(used.group(1)))
            .sum();
    return new RedisUse(
        System.nanoTime(),
        commands,
        sum(SCRIPTS, stats, 1),
        sum(SCRIPTS, stats, 2),
        (long) (cpu * 1_000_000),
        sum(BYTES, info(servers, "memory"), 1));
  }

  private static String info(List<String> servers, String section) {
    return servers.stream()
        .map(server -> Objects.requireNonNull(RedisCommand.call(server, "INFO", section)))
        .collect(Collectors.joining());
  }

  private static long sum(Pattern pattern, String text, int group) {
    return pattern.matcher(text).results().mapToLong(x -> Long.parseLong(x.group(group))).sum();
  }

  RedisUse since(RedisUse before) {
    Map<String, Long> more = new TreeMap<>(commands);
    before.commands.forEach((purpose, count) -> more.merge(purpose, -count, Long::sum));
    more.values().removeIf(count -> count == 0);
    return new RedisUse(
        at - before.at,
        more,
        scripts - before.scripts,
        scriptMicros - before.scriptMicros,
        cpuMicros - before.cpuMicros,
        bytes - before.bytes);
  }

  long asked() {
    return commands.values().stream().mapToLong(Long::longValue).sum();
  }

  double seconds() {
    return at / 1e9;
  }

  /** Returns a row of the table: the cost of each of so many. */
  String each(String what, long count) {
    return String.format(
        Locale.ROOT,
        "| %s | %d | %.2f | %.2f | %.0f | %.0f | %d |",
        what,
        count,
        asked() / (double) count,
        scripts / (double) count,
        scriptMicros / (double) count,
        cpuMicros / (double) count,
        bytes / count);
  }

  /** Returns a row of the table: the load by the second. */
  String perSecond(String what) {
    return String.format(
        Locale.ROOT,
        "| %s | %.0f s | %.0f commands/s | %.0f scripts/s | %.4f cores in scripts | %.4f cores | %s"
            + " |",
        what,
        seconds(),
        asked() / seconds(),
        scripts / seconds(),
        scriptMicros / 1e6 / seconds(),
        cpuMicros / 1e6 / seconds(),
        commands);
  }
}
