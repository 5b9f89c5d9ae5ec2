package dev.holdfast.loadtest;

import dev.holdfast.cluster.Loopback;
import dev.holdfast.embedded.processes.ProcessException;
import dev.holdfast.loadtest.report.Requirement;
import dev.holdfast.loadtest.run.Scenario;
import dev.holdfast.loadtest.run.Sound;
import dev.holdfast.loadtest.run.figures.FigureKind;
import dev.holdfast.loadtest.run.figures.Settings;
import dev.holdfast.loadtest.run.scenario.Scenarios;
import dev.holdfast.loadtest.run.workers.WorkersConfig;
import dev.holdfast.loadtest.targets.TargetException;
import dev.holdfast.loadtest.targets.local.Program;
import dev.holdfast.loadtest.worker.WorkerCommand;
import dev.holdfast.loadtest.worker.agent.AgentCommand;
import dev.holdfast.loadtest.worker.bare.BareCommand;
import dev.holdfast.loadtest.worker.members.MemberCommand;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Puts a cluster through a scenario, and reports what came of it. */
@Command(
    name = "load",
    mixinStandardHelpOptions = true,
    description =
        "Runs a scenario against a cluster. Reports what was lost, repeated and reordered, how long"
            + " things took, and what they cost. Without --url it starts its own cluster."
            + " 'load list' lists the scenarios.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      LoadExit.OK + ":the run is complete, and all requirements hold",
      LoadExit.NOT_HELD
          + ":a requirement does not hold; for kill, drain and storm also: something was lost,"
          + " repeated or reordered",
      LoadExit.USAGE + ":the command line is not valid",
      LoadExit.NOT_STARTED + ":the target or a worker is not reachable",
      LoadExit.BROKEN_OFF + ":the run was broken off; its result is partial",
      "130, 143:ended by Ctrl-C, by SIGTERM; its result is partial"
    },
    subcommands = {
      ListCommand.class,
      CompareCommand.class,
      WorkerCommand.class,
      BareCommand.class,
      AgentCommand.class,
      MembersCommand.class,
      MemberCommand.class
    })
public final class LoadCommand implements Callable<Integer> {
  private static final int CONNECTIONS_PER_WORKER = 10_000;

  /** Files that a process may have open are limited; each connection is one. */
  private static final int MOST_PER_WORKER = 18_000;

  private static final int MOST_WORKERS = 32;
  private static final int MOST_RUNS = 20;
  private static final String WORKER_PATH = "/v1/work";

  @Spec private CommandSpec spec;

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "SCENARIO",
      description = "Name of the scenario.")
  private @Nullable String name;

  @Mixin private TargetOptions target;
  @Mixin private LoadSettings load;
  @Mixin private WorkerOptions workers;
  @Mixin private OutputOptions output;

  @Override
  public Integer call() throws Exception {
    Job job;
    try {
      job = job();
    } catch (IllegalArgumentException e) {
      return refused(e.getMessage(), LoadExit.USAGE);
    }
    try {
      return job.run(spec.commandLine().getOut());
    } catch (TargetException | ProcessException e) {
      return refused(e.getMessage(), LoadExit.NOT_STARTED);
    }
  }

  private int refused(@Nullable String message, int code) {
    spec.commandLine().getErr().println("load: " + message);
    return code;
  }

  private Job job() {
    Scenario scenario = scenario();
    var targets = new Targets(scenario, target, server(), command("bare"));
    Settings settings = load.of(scenario, targets.bus(), targets.tokenTenant());
    Targets.need(
        output.repeat >= 1 && output.repeat <= MOST_RUNS,
        "--repeat: 1 to " + MOST_RUNS + ", not " + output.repeat);
    targets.check(settings, output.repeat);
    checkFile("--json", output.json);
    checkFile("--html", output.html);
    return new Job(
        scenario,
        settings,
        targets,
        workers(scenario, settings, targets),
        requirements(scenario),
        output);
  }

  private Scenario scenario() {
    String wanted = name;
    if (wanted == null) {
      throw new IllegalArgumentException("which scenario? " + String.join(", ", Scenarios.names()));
    }
    return Scenarios.find(wanted)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "there is no scenario '%s'; did you mean %s? 'load list' lists them"
                        .formatted(wanted, Nearest.of(wanted, Scenarios.names()))));
  }

  /** This program, if it is the server too. */
  private @Nullable Program server() {
    return spec.root().subcommands().containsKey("serve") ? Program.self() : null;
  }

  private WorkersConfig workers(Scenario scenario, Settings settings, Targets targets) {
    Targets.need(
        workers.workers == null || workers.urls.isEmpty(),
        "--workers and --worker-url: either one or the other");
    Targets.need(
        workers.secretFile == null || !workers.urls.isEmpty(),
        "--secret-file goes with --worker-url");
    List<URI> urls = urls();
    Targets.need(
        targets.existing() || urls.stream().allMatch(url -> Loopback.is(url.getHost())),
        "a cluster of its own can't be reached from --worker-url: give it --url");
    int clients = scenario.shape(settings).clients();
    int local = urls.isEmpty() ? local(clients) : 0;
    int count = local + urls.size();
    Targets.need(
        (clients - 1) / count < MOST_PER_WORKER,
        "%,d clients are too many for %d workers: %,d each at most"
            .formatted(clients, count, MOST_PER_WORKER));
    String secret =
        workers.secretFile == null ? null : Targets.secret("--secret-file", workers.secretFile);
    return new WorkersConfig(
        local, Program.self(), command("worker"), urls, secret, targets.processors());
  }

  /**
   * Returns the workers' addresses, in the form in which a worker prints its own, or without the
   * path.
   */
  private List<URI> urls() {
    for (URI url : workers.urls) {
      Targets.need(
          String.valueOf(url.getScheme()).matches("wss?") && url.getHost() != null,
          "--worker-url: as in ws://host:port, not " + url);
    }
    return workers.urls.stream().map(url -> url.resolve(WORKER_PATH)).toList();
  }

  private int local(int clients) {
    int local =
        workers.workers == null
            ? Math.min(MOST_WORKERS, (clients - 1) / CONNECTIONS_PER_WORKER + 1)
            : workers.workers;
    Targets.need(
        local >= 1 && local <= MOST_WORKERS, "--workers: 1 to " + MOST_WORKERS + ", not " + local);
    return local;
  }

  /** Returns how a command of the load test is called in this program. */
  private List<String> command(String last) {
    List<String> words = new ArrayList<>(Arrays.asList(spec.qualifiedName(" ").split(" ")));
    words.remove(0);
    words.add(last);
    return words;
  }

  private List<Requirement> requirements(Scenario scenario) {
    Map<String, String> units =
        Sound.figures(scenario).stream()
            .collect(Collectors.toMap(FigureKind::name, FigureKind::unit));
    List<Requirement> all = new ArrayList<>();
    output.requirements.forEach(text -> all.add(Requirement.parse(text, units)));
    List<String> named = all.stream().map(Requirement::figure).toList();
    Sound.requirements(scenario).stream()
        .map(text -> Requirement.parse(text, units))
        .filter(requirement -> !named.contains(requirement.figure()))
        .forEach(all::add);
    return all;
  }

  /** Checks a file before a long run, not after it. */
  private static void checkFile(String option, @Nullable Path file) {
    if (file != null) {
      Path folder = file.toAbsolutePath().getParent();
      Targets.need(
          folder != null
              && Files.isDirectory(folder)
              && Files.isWritable(folder)
              && !Files.isDirectory(file),
          option + ": can't write " + file);
    }
  }
}
