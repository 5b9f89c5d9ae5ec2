package dev.holdfast.loadtest;

import dev.holdfast.core.Ids;
import dev.holdfast.embedded.FreePorts;
import dev.holdfast.loadtest.targets.local.Program;
import dev.holdfast.loadtest.worker.members.MemberProcess;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Measures what membership of the bus takes, with processes that are members and nothing else. */
@Command(
    name = "members",
    mixinStandardHelpOptions = true,
    description =
        "Measures membership of the bus on this machine: start, join, leave and death of members,"
            + " their memory, and their processor time at rest. Prints a row for each size.")
final class MembersCommand implements Callable<Integer> {
  private static final List<String> JVM =
      List.of("-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

  private static final int FEWEST = 3;
  private static final int MOST = 100;
  private static final int LONGEST_REST = 3_600;

  /** Seconds after which members that do not see each other never will. */
  private static final double PATIENCE = 120;

  @Spec private CommandSpec spec;

  @Option(
      names = "--sizes",
      split = ",",
      defaultValue = "3,10,30",
      description = "Numbers of members, 3 to 100 each; default ${DEFAULT-VALUE}.")
  private List<Integer> sizes = List.of();

  @Option(
      names = "--seconds",
      defaultValue = "20",
      description = "Time at rest for which processor time is counted; default ${DEFAULT-VALUE}.")
  private int seconds;

  private final List<MemberProcess> members = new ArrayList<>();

  @Override
  public Integer call() throws InterruptedException {
    sizes.forEach(size -> check("--sizes", size, FEWEST, MOST));
    check("--seconds", seconds, 1, LONGEST_REST);
    PrintWriter out = spec.commandLine().getOut();
    out.println(
        "| members | all start | one joins | all see it | heap | RSS | CPU at rest, each |"
            + " one leaves | all see it | one killed, all see it |");
    out.println("|---|---|---|---|---|---|---|---|---|---|");
    for (int size : sizes) {
      try {
        out.println(row(size));
        out.flush();
      } finally {
        members.forEach(MemberProcess::close);
        members.clear();
      }
    }
    return LoadExit.OK;
  }

  private void check(String option, int given, int least, int most) {
    if (given < least || given > most) {
      throw new ParameterException(
          spec.commandLine(), option + ": " + least + " to " + most + ", not " + given);
    }
  }

  private String row(int size) throws InterruptedException {
    List<Integer> ports = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      ports.add(FreePorts.take());
    }
    Map<String, String> settings = settings(ports);
    long begun = System.nanoTime();
    ports.subList(0, size - 1).forEach(port -> start(settings, port));
    members.forEach(MemberProcess::answer);
    double together = untilAllSee(size - 1, begun);
    start(settings, ports.get(size - 1));
    long joined = members.get(size - 1).answer();
    double known = untilAllSee(size, System.nanoTime());
    double heap = median(member -> member.ask("heap")) / 1e6;
    double resident = median(MemberProcess::residentBytes) / 1e6;
    double cpu = atRest();
    long left = members.remove(size - 1).ask("leave");
    double missed = untilAllSee(size - 1, System.nanoTime());
    members.remove(size - 2).close();
    double dead = untilAllSee(size - 2, System.nanoTime());
    return String.format(
        Locale.ROOT,
        "| %d | %.1f s | %d ms | +%.1f s | %.1f MB | %.0f MB | %.2f %% | %d ms | +%.1f s | %.1f s |",
        size,
        together,
        joined,
        known,
        heap,
        resident,
        cpu,
        left,
        missed,
        dead);
  }

  private static Map<String, String> settings(List<Integer> ports) {
    return Map.of(
        "HOLDFAST_CLUSTER_NAME", "members-" + Ids.fresh(),
        "HOLDFAST_CLUSTER_SECRET", Ids.fresh() + Ids.fresh() + Ids.fresh(),
        "HOLDFAST_CLUSTER_MEMBERS",
            ports.stream().map(port -> "127.0.0.1:" + port).collect(Collectors.joining(",")));
  }

  private void start(Map<String, String> settings, int port) {
    Map<String, String> own = new HashMap<>(settings);
    own.put("HOLDFAST_CLUSTER_PORT", Integer.toString(port));
    members.add(MemberProcess.start(Program.self().command(JVM, List.of("member")), own));
  }

  private double untilAllSee(int count, long begun) throws InterruptedException {
    while (members.stream().anyMatch(member -> member.ask("seen") != count)) {
      if (since(begun) > PATIENCE) {
        throw new IllegalStateException("not all members see that there are " + count);
      }
      TimeUnit.MILLISECONDS.sleep(50);
    }
    return since(begun);
  }

  private static double since(long begun) {
    return (System.nanoTime() - begun) / 1e9;
  }

  private double median(ToLongFunction<MemberProcess> figure) {
    return members.stream()
        .mapToLong(figure)
        .sorted()
        .skip(members.size() / 2)
        .findFirst()
        .orElse(0);
  }

  /** Returns the processor time of a member, in percent of one. */
  private double atRest() throws InterruptedException {
    long before = members.stream().mapToLong(one -> one.processorTime().toMillis()).sum();
    long begun = System.nanoTime();
    TimeUnit.SECONDS.sleep(seconds);
    long used = members.stream().mapToLong(one -> one.processorTime().toMillis()).sum() - before;
    return used / 10.0 / members.size() / since(begun);
  }
}
