package dev.holdfast.loadtest;

import dev.holdfast.cluster.HostPort;
import dev.holdfast.cluster.Loopback;
import dev.holdfast.loadtest.plan.Address;
import dev.holdfast.loadtest.plan.Address.BusAddress;
import dev.holdfast.loadtest.plan.Flow;
import dev.holdfast.loadtest.run.Need;
import dev.holdfast.loadtest.run.Scenario;
import dev.holdfast.loadtest.run.figures.Settings;
import dev.holdfast.loadtest.targets.ExistingCluster;
import dev.holdfast.loadtest.targets.NodeCommands;
import dev.holdfast.loadtest.targets.Operators;
import dev.holdfast.loadtest.targets.Target;
import dev.holdfast.loadtest.targets.local.BareTarget;
import dev.holdfast.loadtest.targets.local.OwnCluster;
import dev.holdfast.loadtest.targets.local.OwnClusterConfig;
import dev.holdfast.loadtest.targets.local.Processors;
import dev.holdfast.loadtest.targets.local.Program;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Makes the target of the options. Every problem is an {@link IllegalArgumentException} with a
 * message for people.
 */
final class Targets {
  private static final int MOST_NODES = 16;

  /** Most time before the end of its token at which a client renews its connection. */
  private static final long RENEWAL_S = 30;

  private final Scenario scenario;
  private final TargetOptions options;
  private final @Nullable Program server;
  private final List<String> bare;
  private final Processors processors;

  /**
   * @param server this program, if it has the command {@code serve}
   * @param bare the words of this program's command that is the baseline's server
   */
  Targets(Scenario scenario, TargetOptions options, @Nullable Program server, List<String> bare) {
    this.bare = List.copyOf(bare);
    this.scenario = scenario;
    this.options = options;
    this.server = server;
    this.processors =
        options.processors == null ? Processors.ANY : Processors.parse(options.processors);
  }

  Processors processors() {
    return processors;
  }

  boolean existing() {
    return !options.urls.isEmpty();
  }

  /** Returns whether workers can join the target's bus. */
  boolean bus() {
    return !existing() || !options.members.isEmpty();
  }

  /** Returns the tenant of the token; none: there is no token, or it does not say. */
  @Nullable String tokenTenant() {
    return options.token == null ? null : Token.tenant(options.token);
  }

  /**
   * @param runs so many, one after another
   */
  void check(Settings settings, int runs) {
    if (existing()) {
      checkExisting(settings);
      checkToken(settings, runs);
    } else {
      refuse(options.managementUrls.isEmpty() ? null : options.managementUrls, "--management-url");
      refuse(options.token, "--token");
      refuse(options.keyFile, "--key-file");
      refuse(options.members.isEmpty() ? null : options.members, "--members");
      refuse(options.cluster, "--cluster");
      refuse(options.clusterSecretFile, "--cluster-secret-file");
      refuse(options.redis, "--redis");
      refuse(options.kill, "--kill-command");
      refuse(options.stop, "--stop-command");
      refuse(options.start, "--start-command");
      checkOwn();
    }
  }

  private void checkOwn() {
    if (scenario.needs().contains(Need.BARE)) {
      need(options.nodes == null, scenario.name() + " has a server of its own, no --nodes");
      return;
    }
    int count = nodes();
    need(count >= 1 && count <= MOST_NODES, "--nodes: 1 to 16, not " + count);
    need(
        count >= 2 || scenario.defaults().nodes() == 1,
        scenario.name() + " needs two --nodes or more");
    need(
        server != null || options.serverJar != null,
        "--nodes needs the server: --server-jar says where holdfast.jar is");
    need(
        options.serverJar == null || Files.isRegularFile(options.serverJar),
        "--server-jar: there is no file " + options.serverJar);
  }

  private int nodes() {
    return options.nodes == null ? scenario.defaults().nodes() : options.nodes;
  }

  private void checkExisting(Settings settings) {
    need(options.nodes == null, "--nodes and --url: either one or the other");
    need(
        !scenario.needs().contains(Need.BARE),
        scenario.name() + " has a server of its own, no --url");
    refuse(options.serverJar, "--server-jar", "--nodes");
    options.urls.forEach(url -> checkUrl("--url", url));
    options.managementUrls.forEach(url -> checkUrl("--management-url", url));
    need(
        options.managementUrls.isEmpty() || options.managementUrls.size() == options.urls.size(),
        "--management-url: as many as --url, in the same order");
    need(
        options.token == null ^ options.keyFile == null,
        "--url needs one of --token and --key-file");
    need(
        options.members.isEmpty() == (options.cluster == null),
        "--members and --cluster: both or none");
    need(
        options.members.isEmpty() == (options.clusterSecretFile == null),
        "--members needs --cluster-secret-file, and the other way round");
    secret();
    for (String member : options.members) {
      HostPort.parse(member);
    }
    checkNeeds();
    need(
        options.token == null || scenario.shape(settings).flows().stream().noneMatch(Targets::own),
        scenario.name() + " needs --key-file: with one --token all clients are the same user");
  }

  /** All clients would renew their connections at once, and with a token that is at its end. */
  private void checkToken(Settings settings, int runs) {
    long longest = (long) Math.ceil(runs * settings.limit());
    Instant over = Instant.now().truncatedTo(ChronoUnit.SECONDS).plusSeconds(longest + RENEWAL_S);
    need(
        options.token == null || Token.end(options.token) >= over.getEpochSecond(),
        "--token ends too soon, it has to live until %s (--limit, --repeat):".formatted(over)
            + " take one that lives longer, or a lower --limit");
  }

  private void checkNeeds() {
    need(
        !scenario.needs().contains(Need.BUS) || bus(),
        scenario.name() + " needs --members and --cluster, the address of the target's bus");
    need(
        !scenario.needs().contains(Need.KILL) || options.kill != null && options.start != null,
        scenario.name() + " needs --kill-command and --start-command, or --nodes");
    need(
        !scenario.needs().contains(Need.STOP) || options.stop != null && options.start != null,
        scenario.name() + " needs --stop-command and --start-command, or --nodes");
  }

  private static boolean own(Flow flow) {
    return flow.target() == Flow.Target.USER || flow.target() == Flow.Target.RUN;
  }

  private void checkUrl(String option, URI url) {
    String scheme = String.valueOf(url.getScheme());
    need(
        (scheme.equals("http") || scheme.equals("https")) && url.getHost() != null,
        option + ": as in http://host:port, not " + url);
    need(
        options.owned || Loopback.is(url.getHost()),
        url + " is not on this machine: add --i-own-this-target if you may put load on it");
  }

  /** Returns whether it is for one run: it is closed after it. */
  Target target(Path folder) {
    if (scenario.needs().contains(Need.BARE)) {
      return new BareTarget(Program.self(), bare, processors, folder);
    }
    return existing() ? given() : own(folder);
  }

  private Target own(Path folder) {
    Map<String, String> settings = new HashMap<>(scenario.nodeSettings());
    settings.putAll(options.settings);
    Program program =
        options.serverJar == null
            ? Objects.requireNonNull(server, "checked before")
            : Program.jar(options.serverJar);
    List<String> jvm = List.of(options.nodeOptions.strip().split("\\s+"));
    return new OwnCluster(
        new OwnClusterConfig(nodes(), program, jvm, settings, options.fsync, processors), folder);
  }

  private Target given() {
    var address = new Address(options.urls, options.token, secret(), busAddress());
    var commands = new NodeCommands(options.kill, options.stop, options.start);
    var operators = new Operators(options.operators, options.managementUrls);
    return new ExistingCluster(address, operators, options.redis, commands);
  }

  private @Nullable BusAddress busAddress() {
    return options.cluster == null || options.clusterSecretFile == null
        ? null
        : new BusAddress(
            options.cluster,
            options.members,
            secret("--cluster-secret-file", options.clusterSecretFile));
  }

  private @Nullable String secret() {
    return options.keyFile == null ? null : secret("--key-file", options.keyFile);
  }

  /** A file's text without the spaces around it. */
  static String secret(String option, Path file) {
    try {
      String secret = Files.readString(file).strip();
      need(!secret.isEmpty(), option + ": " + file + " is empty");
      return secret;
    } catch (IOException e) {
      throw new IllegalArgumentException(option + ": can't read " + file);
    }
  }

  private static void refuse(@Nullable Object value, String option) {
    refuse(value, option, "--url");
  }

  private static void refuse(@Nullable Object value, String option, String other) {
    need(value == null, option + " goes with " + other);
  }

  static void need(boolean holds, String problem) {
    if (!holds) {
      throw new IllegalArgumentException(problem);
    }
  }
}
