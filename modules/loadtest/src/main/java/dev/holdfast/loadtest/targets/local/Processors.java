package dev.holdfast.loadtest.targets.local;

import dev.holdfast.loadtest.targets.TargetException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The processors that a role may run on, by {@code taskset}: {@code nodes=0;workers=1;redis=1}.
 *
 * @param sets by role, as {@code taskset -c} takes them: {@code 0}, {@code 0,2}, {@code 1-3}
 */
public record Processors(Map<String, String> sets) {
  public static final Processors ANY = new Processors(Map.of());

  private static final Set<String> ROLES = Set.of("nodes", "workers", "redis");
  private static final Pattern LIST =
      Pattern.compile("\\d{1,4}(-\\d{1,4})?(,\\d{1,4}(-\\d{1,4})?)*");

  public Processors {
    sets = Map.copyOf(sets);
  }

  /**
   * @throws IllegalArgumentException with a message for people, also if this is no Linux
   */
  public static Processors parse(String text) {
    boolean linux = System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("linux");
    if (!linux) {
      throw new IllegalArgumentException("--processors needs Linux (taskset)");
    }
    var sets = new TreeMap<String, String>();
    for (String part : text.split(";")) {
      String[] pair = part.strip().split("=", 2);
      if (pair.length != 2 || !ROLES.contains(pair[0]) || !LIST.matcher(pair[1]).matches()) {
        throw new IllegalArgumentException(
            "--processors: as in nodes=0;workers=1;redis=1, not " + text);
      }
      if (last(pair[1]) >= online()) {
        throw new IllegalArgumentException(
            "--processors: this machine has processors 0 to %d, not %s"
                .formatted(online() - 1, pair[1]));
      }
      sets.put(pair[0], pair[1]);
    }
    return new Processors(sets);
  }

  /** The command line with the role's processors before it. */
  public List<String> on(String role, List<String> command) {
    if (!sets.containsKey(role)) {
      return command;
    }
    var line = new ArrayList<>(List.of("taskset", "-c", sets.get(role)));
    line.addAll(command);
    return line;
  }

  /** Moves a process that runs already. */
  void move(String role, long pid) throws InterruptedException {
    if (!sets.containsKey(role)) {
      return;
    }
    try {
      var command = List.of("taskset", "-a", "-p", "-c", sets.get(role), Long.toString(pid));
      int code =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor();
      if (code != 0) {
        throw new TargetException("taskset could not move " + role + " to " + sets.get(role));
      }
    } catch (IOException e) {
      throw new TargetException("--processors needs taskset: " + e.getMessage());
    }
  }

  /** Returns the number of processors of a role. */
  public int count(String role) {
    if (!sets.containsKey(role)) {
      return online();
    }
    int count = 0;
    for (String part : sets.get(role).split(",")) {
      String[] ends = part.split("-");
      count += Integer.parseInt(ends[ends.length - 1]) - Integer.parseInt(ends[0]) + 1;
    }
    return count;
  }

  @Override
  public String toString() {
    var text = new ArrayList<String>();
    new TreeMap<>(sets).forEach((role, set) -> text.add(role + "=" + set));
    return text.isEmpty() ? "any" : String.join(";", text);
  }

  private static int last(String set) {
    int last = 0;
    for (String number : set.split("[,-]")) {
      last = Math.max(last, Integer.parseInt(number));
    }
    return last;
  }

  private static int online() {
    return Runtime.getRuntime().availableProcessors();
  }
}
