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
      description = "Starts its own cluster of 1 to 16 nodes on this machine for the run.")
  @Nullable Integer nodes;

  @Option(
      names = "--url",
      paramLabel = "URL",
      split = ",",
      description = "Node of an existing cluster, http://host:port; may be repeated.")
  List<URI> urls = List.of();

  @Option(
      names = "--management-url",
      paramLabel = "URL",
      split = ",",
      description =
          "Addresses of the nodes for operators (gateway.management), for their figures; in the same"
              + " order as --url. Default: those of --url.")
  List<URI> managementUrls = List.of();

  @Option(names = "--token", description = "Token for all clients, in place of --key-file.")
  @Nullable String token;

  @Option(
      names = "--key-file",
      paramLabel = "FILE",
      description = "File with the HS256 secret that the target trusts; signs a token per client.")
  @Nullable Path keyFile;

  @Option(
      names = "--operator-tenant",
      defaultValue = "operators",
      description = "The target's gateway.operatorTenant; with --key-file it reads the version.")
  String operators;

  @Option(
      names = "--members",
      paramLabel = "HOST:PORT,...",
      split = ",",
      description = "Membership addresses of the target's bus; without them it publishes by HTTP.")
  List<String> members = List.of();

  @Option(names = "--cluster", paramLabel = "NAME", description = "Name of the target's cluster.")
  @Nullable String cluster;

  @Option(
      names = "--cluster-secret-file",
      paramLabel = "FILE",
      description = "File with the secret of the target's cluster; needed with --members.")
  @Nullable Path clusterSecretFile;

  @Option(
      names = "--redis",
      paramLabel = "URI",
      description = "Redis of the target, for its figures.")
  @Nullable String redis;

  @Option(
      names = "--kill-command",
      paramLabel = "CMD",
      description = "Kills a node, for example: ssh {host} docker kill {node}. {port} works, too.")
  @Nullable String kill;

  @Option(names = "--stop-command", paramLabel = "CMD", description = "Stops a node in order.")
  @Nullable String stop;

  @Option(names = "--start-command", paramLabel = "CMD", description = "Starts a node again.")
  @Nullable String start;

  @Option(
      names = "--i-own-this-target",
      description = "Says that the target is yours; needed if it is not on this machine.")
  boolean owned;

  @Option(
      names = "--server-jar",
      paramLabel = "FILE",
      description = "holdfast.jar for --nodes; default: this program, if it is the server.")
  @Nullable Path serverJar;

  @Option(
      names = "--node-options",
      paramLabel = "OPTIONS",
      defaultValue = "-Xmx1g -XX:+UseG1GC",
      description = "JVM options of each of --nodes; default: -Xmx1g -XX:+UseG1GC.")
  String nodeOptions;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Setting of each of --nodes, as in 'serve --set'; may be repeated.")
  Map<String, String> settings = new LinkedHashMap<>();

  @Option(
      names = "--fsync",
      defaultValue = "always",
      description = "appendfsync of the Redis of --nodes: always, everysec or no; default always.")
  Fsync fsync;

  @Option(
      names = "--processors",
      paramLabel = "SETS",
      description = "Processors to use (Linux only), for example 'nodes=0;workers=1;redis=1'.")
  @Nullable String processors;
}
