package dev.holdfast.app;

import dev.holdfast.app.command.ConfigOptions;
import dev.holdfast.app.command.ExitCode;
import dev.holdfast.app.config.ConfigReader;
import dev.holdfast.app.config.HoldfastConfig;
import dev.holdfast.app.node.NodeProcess;
import dev.holdfast.app.start.Keys;
import dev.holdfast.app.start.Release;
import dev.holdfast.app.start.ScriptedModel;
import dev.holdfast.cluster.HostPort;
import dev.holdfast.gateway.page.Development;
import dev.holdfast.gateway.page.Pages;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs a node until it is asked to end. */
@Command(
    name = "serve",
    mixinStandardHelpOptions = true,
    description =
        "Runs a node. Without a configuration it listens on loopback, and keeps an embedded Redis and"
            + " a generated development key in the data folder.")
final class ServeCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ConfigOptions options;

  @Option(names = "--host", description = "Address that clients connect to; default 127.0.0.1.")
  private @Nullable String host;

  @Option(names = "--port", description = "Port that clients connect to; default 8080.")
  private @Nullable Integer port;

  @Option(
      names = "--redis",
      paramLabel = "URI",
      description = "redis[s]://[[user]:password@]host[:port][/db]; default: an embedded Redis.")
  private @Nullable String redis;

  @Option(
      names = "--node-id",
      paramLabel = "ID",
      description = "Id of the node, unique in its cluster; default: a generated one.")
  private @Nullable String nodeId;

  @Option(
      names = "--bus-host",
      paramLabel = "HOST",
      description = "Address at which the other members of the bus reach it; default 127.0.0.1.")
  private @Nullable String busHost;

  @Option(
      names = "--bus-port",
      paramLabel = "PORT",
      description = "Port for membership; the next port is for messages. Default: free ports.")
  private @Nullable Integer busPort;

  @Option(
      names = "--members",
      paramLabel = "HOST:PORT,...",
      description = "Membership addresses of the other members; may include its own.")
  private @Nullable String members;

  @Option(
      names = "--log-level",
      paramLabel = "LEVEL",
      description = "error, warn, info, debug or trace; default info.")
  private @Nullable String logLevel;

  @Option(
      names = "--end-with-stdin",
      description =
          "Ends when its standard input ends, for example with the process that started it.")
  private boolean endWithStdin;

  @Option(
      names = "--fake-llm",
      description =
          "Adds the agent \"assistant\", for which a script answers: a chat without an account. Lets"
              + " in the pages of docker/example/chat. In development only.")
  private boolean fakeLlm;

  @Override
  public Integer call() {
    HoldfastConfig config = config();
    Logging.level(config.logLevel());
    if (!fakeLlm) {
      return serve(config);
    }
    try (var model = ScriptedModel.start(config)) {
      return serve(model.addedTo(config));
    }
  }

  private Integer serve(HoldfastConfig config) {
    try (var node = NodeProcess.start(config)) {
      greet(config, node);
      if (endWithStdin) {
        node.endWithStandardInput();
      }
      node.awaitEnd();
    }
    return ExitCode.OK;
  }

  private HoldfastConfig config() {
    ConfigReader reader = options.reader();
    reader.flag("gateway.host", host).flag("gateway.port", port);
    reader.flag("redis.uri", redis).flag("node", nodeId).flag("logLevel", logLevel);
    reader.flag("cluster.host", busHost).flag("cluster.port", busPort);
    return reader.flag("cluster.members", members).read();
  }

  private void greet(HoldfastConfig config, NodeProcess node) {
    HostPort at = node.address();
    boolean everywhere = !at.host().equals(config.gateway().host());
    long sinceStart =
        System.currentTimeMillis() - ManagementFactory.getRuntimeMXBean().getStartTime();
    say("Holdfast %s: node %s is ready, after %.1f s", Release.own(), node.id(), sinceStart / 1e3);
    String secure = config.gateway().tls() == null ? "" : "s";
    say(
        "  clients  ws%s://%s/v1/connect, sub-protocol holdfast.v1%s",
        secure, at, everywhere ? "; at every address of this machine" : "");
    say("  browser  %s", browser(config, "http%s://%s".formatted(secure, at)));
    boolean apart = config.gateway().managesApart();
    String operators = "http%s://%s".formatted(apart ? "" : secure, node.management());
    say("  docs     %s/docs", operators);
    if (fakeLlm) {
      say(
          "  chat     agent \"%s\", a script; start its pages, docker/example/chat, and open %s",
          ScriptedModel.AGENT, ScriptedModel.PAGES);
    }
    say("  health   %s/health/ready", operators);
    say("  metrics  %s/metrics", operators);
    say("  redis    %s", node.redis());
    if (config.developmentKey()) {
      say("  token    %s token --tenant acme --user ann%s", program(), data(config));
    }
    say("Ctrl-C ends it.");
  }

  /** Returns what there is for browsers; in development, a page and the key that opens it. */
  private static String browser(HoldfastConfig config, String base) {
    if (!Pages.haveClient()) {
      return "none: there was no esbuild for the platform that this was built on";
    }
    return config.developmentKey()
        ? base + "/#" + Development.keyOf(Keys.signing(config))
        : base + "/client.js";
  }

  private void say(String format, Object... values) {
    var out = spec.commandLine().getOut();
    out.println(format.formatted(values));
    out.flush();
  }

  private static String data(HoldfastConfig config) {
    return config.data().equals(HoldfastConfig.DEFAULTS.data()) ? "" : " --data " + config.data();
  }

  /** Returns how this program was called, so that what is printed can be typed. */
  private static String program() {
    String command = System.getProperty("sun.java.command", "").split(" ")[0];
    return command.toLowerCase(Locale.ROOT).endsWith(".jar")
        ? "java -jar " + Path.of(command)
        : "holdfast";
  }
}
