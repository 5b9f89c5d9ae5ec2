package dev.holdfast.loadtest;

import dev.holdfast.loadtest.targets.Fsync;
import java.net.URI;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say what the load goes to. */
final class TargetOptions {
  @Option(
      names = "--nodes",
      paramLabel = "N",
      description = "Starts a cluster of its own on this machine, 1 to 16 nodes, for the run.")
  @Nullable Integer nodes;

  @Option(
      names = "--url",
      paramLabel = "URL",
      split = ",",
      description = "A node of a cluster that is there, http://host:port; may be repeated.")
  List<URI> urls = List.of();

  @Option(
      names = "--management-url",
      paramLabel = "URL",
      split = ",",
      description =
          "Where the nodes of --url answer operators (gateway.management), in the same order, for"
              + " their figures; default: at --url.")
  List<URI> managementUrls = List.of();

  @Option(names = "--token", description = "Token of all clients, where there is no --key-file.")
  @Nullable String token;

  @Option(
      names = "--key-file",
      paramLabel = "FILE",
      description = "File with the HS256 secret that the target trusts: each client gets a token.")
  @Nullable Path keyFile;

  @Option(
      names = "--operator-tenant",
      defaultValue = "operators",
      description = "The target's gateway.operatorTenant, to learn its version by --key-file.")
  String operators;

  @Option(
      names = "--members",
      paramLabel = "HOST:PORT,...",
      split = ",",
      description = "Membership addresses of the target's bus; without them load goes by HTTP.")
  List<String> members = List.of();

  @Option(names = "--cluster", paramLabel = "NAME", description = "Name of the target's cluster.")
  @Nullable String cluster;

  @Option(
      names = "--cluster-secret-file",
      paramLabel = "FILE",
      description = "File with the secret of the target's cluster: who joins its bus needs it.")
  @Nullable Path clusterSecretFile;

  @Option(names = "--redis", paramLabel = "URI", description = "The target's, for its figures.")
  @Nullable String redis;

  @Option(
      names = "--kill-command",
      paramLabel = "CMD",
      description = "Kills a node: ssh {host} docker kill {node}. Also {port} is replaced.")
  @Nullable String kill;

  @Option(names = "--stop-command", paramLabel = "CMD", description = "Ends a node in order.")
  @Nullable String stop;

  @Option(names = "--start-command", paramLabel = "CMD", description = "Starts a node again.")
  @Nullable String start;

  @Option(
      names = "--i-own-this-target",
      description = "The target is yours: needed where it is not on this machine.")
  boolean owned;

  @Option(
      names = "--server-jar",
      paramLabel = "FILE",
      description = "holdfast.jar for --nodes; default: this program, where it is the server.")
  @Nullable Path serverJar;

  @Option(
      names = "--node-options",
      paramLabel = "OPTIONS",
      defaultValue = "-Xmx1g -XX:+UseG1GC",
      description = "Of the JVM of each of --nodes; default: -Xmx1g -XX:+UseG1GC")
  String nodeOptions;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "A setting of each of --nodes, as of serve.")
  Map<String, String> settings = new LinkedHashMap<>();

  @Option(
      names = "--fsync",
      defaultValue = "always",
      description = "Of the Redis of --nodes: always, everysec or no; default always.")
  Fsync fsync;

  @Option(
      names = "--processors",
      paramLabel = "SETS",
      description = "Which may be used, on Linux: 'nodes=0;workers=1;redis=1'.")
  @Nullable String processors;
}
