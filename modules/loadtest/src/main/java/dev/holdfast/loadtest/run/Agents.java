package dev.holdfast.loadtest.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.holdfast.embedded.processes.ChildProcess;
import dev.holdfast.loadtest.plan.Address.BusAddress;
import dev.holdfast.loadtest.plan.Totals;
import dev.holdfast.loadtest.run.workers.WorkersConfig;
import dev.holdfast.loadtest.targets.TargetException;
import dev.holdfast.loadtest.worker.agent.AgentOrder;
import dev.holdfast.loadtest.worker.measure.AnswerText;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Processes on this machine that answer the runs, as services on the target's bus. Threads as in
 * {@link Run}, but for {@link #close} and {@link #trouble}, which may be called by any.
 */
public final class Agents implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final List<String> JVM = List.of("-Xmx1g", "-XX:+UseG1GC");
  private static final double READY_S = 90;
  private static final double ANSWERING_S = 60;
  private static final long POLL_MS = 20;

  private final RunState state;
  private final Path folder;
  private final List<ChildProcess> processes = new ArrayList<>();
  private final Map<String, Long> acknowledged = new ConcurrentHashMap<>();
  private volatile @Nullable String answering;
  private int started;
  private boolean closed;

  /**
   * @param folder of the logs
   */
  Agents(RunState state, Path folder) {
    this.state = state;
    this.folder = folder;
  }

  /** Starts some; returns when each is on the bus, and takes runs. */
  public void start(int count, int room) throws InterruptedException {
    List<Boolean> ready = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      start(room, ready);
    }
    double until = state.timeline().now() + READY_S;
    while (count(ready) < count) {
      state.check();
      if (state.timeline().now() > until) {
        throw new BrokenOffException("agents were not on the bus within %.0f s".formatted(READY_S));
      }
      Thread.sleep(POLL_MS);
    }
  }

  private static int count(List<Boolean> ready) {
    synchronized (ready) {
      return ready.size();
    }
  }

  private synchronized void start(int room, List<Boolean> ready) {
    BusAddress bus = state.target().address().bus();
    if (bus == null || closed) {
      throw new TargetException("agents need the address of the target's bus");
    }
    WorkersConfig config = state.workersConfig();
    String name = "agent-" + ++started;
    List<String> command = new ArrayList<>(config.command());
    command.set(command.size() - 1, "agent");
    List<String> words = config.program().command(JVM, command);
    ProcessBuilder builder = ChildProcess.command(config.processors().on("workers", words));
    var process =
        ChildProcess.start(
            name, folder.resolve(name + ".log"), builder, line -> printed(name, line, ready));
    processes.add(process);
    try {
      var order = new AgentOrder(bus, state.settings().tenant(), room);
      process.writeLine(JSON.writeValueAsString(order));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private void printed(String name, String line, List<Boolean> ready) {
    String[] words = line.split(" ");
    if (words.length == 2 && words[1].matches("\\d{1,9}")) {
      long tokens = Long.parseLong(words[1]);
      acknowledged.merge(words[0], tokens, Math::max);
      if (tokens < state.settings().payload() / AnswerText.TOKEN) {
        answering = name;
      }
    } else if (line.equals("ready")) {
      synchronized (ready) {
        ready.add(true);
      }
    }
  }

  /**
   * Ends one as a crash would, the next one that is heard of in mid-answer; gone when this returns.
   */
  public void kill() throws InterruptedException {
    double until = state.timeline().now() + ANSWERING_S;
    answering = null;
    while (answering == null && state.timeline().now() < until) {
      state.check();
      Thread.sleep(POLL_MS);
    }
    kill(answering);
  }

  private synchronized void kill(@Nullable String name) {
    ChildProcess killed =
        processes.stream()
            .filter(process -> process.name().equals(name))
            .findFirst()
            .orElseThrow(() -> new BrokenOffException("no agent answers anything"));
    processes.remove(killed);
    state.mark("fault", killed.name() + " killed");
    killed.kill();
  }

  /**
   * Holds runs that were cut off against what the agents were answered.
   *
   * @return tokens that were acknowledged, and that no reader has
   */
  public long unread(Totals cutOff) {
    long unread = 0;
    for (var one : cutOff.channels().entrySet()) {
      String id = one.getKey().substring(one.getKey().indexOf("run:") + "run:".length());
      long more = acknowledged.getOrDefault(id, 0L) - one.getValue().published();
      if (more > 0) {
        unread += more;
        state.problem("run:%s: %d tokens that were acknowledged are missing".formatted(id, more));
      }
    }
    return unread;
  }

  /** Returns what keeps one of them from going on; none: all is well. */
  synchronized @Nullable String trouble() {
    return processes.stream()
        .filter(process -> !process.isAlive())
        .map(process -> process.name() + " ended by itself:\n" + process.tail())
        .findFirst()
        .orElse(null);
  }

  @Override
  public synchronized void close() {
    closed = true;
    processes.forEach(ChildProcess::close);
  }
}
