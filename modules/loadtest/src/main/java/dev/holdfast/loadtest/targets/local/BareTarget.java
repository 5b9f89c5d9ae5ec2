package dev.holdfast.loadtest.targets.local;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.holdfast.embedded.FreePorts;
import dev.holdfast.embedded.processes.ChildProcess;
import dev.holdfast.loadtest.plan.Address;
import dev.holdfast.loadtest.targets.Target;
import dev.holdfast.loadtest.targets.TargetException;
import dev.holdfast.loadtest.targets.TargetNode;
import dev.holdfast.loadtest.worker.bare.Order;
import dev.holdfast.loadtest.worker.bare.Written;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** A plain Vert.x server on this machine, which writes what it is ordered to all its sockets. */
public final class BareTarget implements Target {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String NAME = "bare";
  private static final long PATIENCE_NS = 60_000_000_000L;
  private static final long POLL_MS = 20;

  private final Program program;
  private final List<String> command;
  private final Processors processors;
  private final Path folder;

  @SuppressWarnings("NullAway.Init")
  private ChildProcess process;

  private boolean closed;

  @SuppressWarnings("NullAway.Init")
  private volatile URI url;

  private volatile @Nullable Written written;
  private volatile @Nullable String error;

  /**
   * @param program this one
   * @param command of it that is the server
   * @param folder of its log
   */
  public BareTarget(Program program, List<String> command, Processors processors, Path folder) {
    this.program = program;
    this.command = List.copyOf(command);
    this.processors = processors;
    this.folder = folder;
  }

  @Override
  public void start() throws InterruptedException {
    synchronized (this) {
      if (closed) {
        throw new TargetException("ended");
      }
      var words = new ArrayList<>(command);
      // Several event loops share a port only if it is the same one from the start.
      words.addAll(List.of("--port", Integer.toString(FreePorts.take())));
      List<String> line = program.command(List.of("-Xmx1g", "-XX:+UseG1GC"), words);
      ProcessBuilder server = ChildProcess.command(processors.on("nodes", line));
      process = ChildProcess.start(NAME, folder.resolve(NAME + ".log"), server, this::printed);
    }
    long until = System.nanoTime() + PATIENCE_NS;
    while (url == null) {
      if (!process.isAlive() || System.nanoTime() > until) {
        throw new TargetException("the baseline's server did not start:\n" + process.tail());
      }
      Thread.sleep(POLL_MS);
    }
  }

  private void printed(String line) {
    try {
      JsonNode tree = JSON.readTree(line);
      if (tree.has("url")) {
        url = URI.create(tree.get("url").asText().replaceFirst("^ws", "http"));
      } else if (tree.has("error")) {
        error = tree.get("error").asText();
      } else {
        written = JSON.treeToValue(tree, Written.class);
      }
    } catch (JsonProcessingException e) {
      error = line;
    }
  }

  /** Orders it to write; returns at once. {@link #written} has the result when it is done. */
  public void write(Order order) {
    written = null;
    try {
      process.writeLine(JSON.writeValueAsString(order));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Returns how the last order ended; none: it has not ended yet. */
  public @Nullable Written written() {
    return written;
  }

  @Override
  public Address address() {
    return new Address(List.of(url), null, null, null);
  }

  @Override
  public List<TargetNode> nodes() {
    return List.of(new TargetNode(NAME, url));
  }

  @Override
  public boolean hasMetrics() {
    return false;
  }

  @Override
  public @Nullable String redis() {
    return null;
  }

  @Override
  public OptionalLong pid(TargetNode node) {
    return process.isAlive() ? OptionalLong.of(process.pid()) : OptionalLong.empty();
  }

  @Override
  public void kill(TargetNode node) {
    process.kill();
  }

  @Override
  public void terminate(TargetNode node) {
    process.kill();
  }

  @Override
  public void restart(TargetNode node) {
    throw new TargetException("the baseline's server is not started twice");
  }

  @Override
  public boolean ready(TargetNode node) {
    return process.isAlive();
  }

  @Override
  public @Nullable String trouble() {
    if (error != null) {
      return "the baseline's server: " + error;
    }
    return process.isAlive() ? null : "the baseline's server ended by itself:\n" + process.tail();
  }

  @Override
  public Map<String, String> environment() {
    var environment = new LinkedHashMap<String, String>();
    environment.put("target", "a plain Vert.x server on this machine");
    environment.put("processors", processors.toString());
    return environment;
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (process != null) {
      process.kill();
    }
  }
}
