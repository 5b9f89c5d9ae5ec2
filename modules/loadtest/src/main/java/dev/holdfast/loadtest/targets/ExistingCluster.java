package dev.holdfast.loadtest.targets;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.holdfast.auth.TokenSigner;
import dev.holdfast.auth.config.AuthConfig;
import dev.holdfast.core.Caller;
import dev.holdfast.loadtest.plan.Address;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A cluster that is there already; nodes are killed and started by commands that were given. */
public final class ExistingCluster implements Target {
  private static final Logger LOG = LoggerFactory.getLogger(ExistingCluster.class);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration TOKEN = Duration.ofMinutes(5);
  private static final Duration GONE = Duration.ofSeconds(90);
  private static final long POLL_MS = 200;

  private final Address address;
  private final Operators operators;
  private final @Nullable String redis;
  private final NodeCommands commands;
  private final List<TargetNode> nodes = new ArrayList<>();
  private String version = "unknown";
  private boolean metrics = true;

  /**
   * @param redis none: its figures are not wanted
   */
  public ExistingCluster(
      Address address, Operators operators, @Nullable String redis, NodeCommands commands) {
    this.address = address;
    this.operators = operators;
    this.redis = redis;
    this.commands = commands;
  }

  @Override
  public void start() throws InterruptedException {
    var unreachable = new ArrayList<String>();
    for (URI url : address.urls()) {
      String problem = problem(url);
      if (problem != null) {
        unreachable.add(url + " (" + problem + ")");
      }
    }
    if (!unreachable.isEmpty()) {
      throw new TargetException(
          "not reachable, or not ready: %s; %d of %d are"
              .formatted(
                  String.join(", ", unreachable),
                  address.urls().size() - unreachable.size(),
                  address.urls().size()));
    }
    List<URI> urls = address.urls();
    for (int i = 0; i < urls.size(); i++) {
      URI operator = operators.of(urls, i);
      nodes.add(new TargetNode(name(urls.get(i), operator), urls.get(i), operator));
    }
    metrics = haveMetrics();
  }

  /**
   * Returns whether all nodes answer with metrics. One that has none would look like one that is
   * down in the report.
   */
  private boolean haveMetrics() throws InterruptedException {
    for (TargetNode node : nodes) {
      try {
        int status = Http.get(node.operators(), "/metrics", null).statusCode();
        if (status != 200) {
          return without(node, "answers " + status);
        }
      } catch (IOException e) {
        return without(node, e.toString());
      }
    }
    return true;
  }

  private boolean without(TargetNode node, String why) {
    if (!operators.urls().isEmpty()) {
      throw new TargetException(node.operators() + "/metrics: " + why);
    }
    LOG.warn(
        "No figures of nodes: {}/metrics {}; name their addresses by --management-url",
        node.operators(),
        why);
    return false;
  }

  @Override
  public boolean hasMetrics() {
    return metrics;
  }

  /** Returns why the node is not ready; none: it is. */
  private static @Nullable String problem(URI url) throws InterruptedException {
    try {
      int status = Http.get(url, "/health/ready", null).statusCode();
      return status == 200 ? null : "/health/ready answers " + status;
    } catch (IOException e) {
      return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }
  }

  /**
   * The node's id, by which clients know where they are: where the token may ask for it, or else as
   * it welcomes any client; its address if it does neither.
   */
  private String name(URI url, URI operator) throws InterruptedException {
    HttpResponse<String> answer;
    try {
      answer = Http.get(operator, "/v1/nodes", token());
      if (answer.statusCode() == 401) {
        throw new TargetException(operator + " refuses the token: " + answer.body());
      }
      return answer.statusCode() == 200 ? id(answer.body()) : welcoming(url);
    } catch (IOException e) {
      throw new TargetException(url + ": " + e.getMessage());
    }
  }

  private String welcoming(URI url) throws IOException, InterruptedException {
    String line = Http.line(url, "/v1/events", token(), "\"type\":\"welcome\"");
    return line == null
        ? url.getAuthority()
        : JSON.readTree(line.substring(line.indexOf('{'))).path("node").asText(url.getAuthority());
  }

  private String id(String body) throws IOException {
    var tree = JSON.readTree(body);
    String self = tree.path("self").asText();
    for (var node : tree.path("nodes")) {
      if (node.path("node").asText().equals(self)) {
        version = node.path("version").asText(version);
        return node.path("id").asText(self);
      }
    }
    return self;
  }

  private String token() {
    String given = address.token();
    if (given != null) {
      return given;
    }
    var user = new Caller.User(operators.tenant(), "load", Set.of(), Set.of("nodes:read"));
    return new TokenSigner(address.neededSecret(), AuthConfig.DEFAULTS).sign(user, TOKEN);
  }

  @Override
  public Address address() {
    return address;
  }

  @Override
  public List<TargetNode> nodes() {
    return List.copyOf(nodes);
  }

  @Override
  public @Nullable String redis() {
    return redis;
  }

  @Override
  public OptionalLong pid(TargetNode node) {
    return OptionalLong.empty();
  }

  @Override
  public void kill(TargetNode node) throws InterruptedException {
    commands.kill(node);
    awaitGone(node);
  }

  @Override
  public void terminate(TargetNode node) throws InterruptedException {
    commands.stop(node);
    awaitGone(node);
  }

  private static void awaitGone(TargetNode node) throws InterruptedException {
    long until = System.nanoTime() + GONE.toNanos();
    while (Http.ready(node.url())) {
      if (System.nanoTime() > until) {
        throw new TargetException(
            node.name() + " is still ready " + GONE.toSeconds() + " s after the command to end it");
      }
      Thread.sleep(POLL_MS);
    }
  }

  @Override
  public void restart(TargetNode node) throws InterruptedException {
    commands.start(node);
  }

  @Override
  public boolean ready(TargetNode node) throws InterruptedException {
    return Http.ready(node.url());
  }

  /** Reports nothing; the samples show if all nodes are gone. */
  @Override
  public @Nullable String trouble() {
    return null;
  }

  @Override
  public Map<String, String> environment() {
    var environment = new LinkedHashMap<String, String>();
    environment.put("target", String.join(", ", nodes.stream().map(this::text).toList()));
    environment.put("target version", version);
    return environment;
  }

  private String text(TargetNode node) {
    return node.name() + " at " + node.url();
  }

  @Override
  public void close() {}
}
