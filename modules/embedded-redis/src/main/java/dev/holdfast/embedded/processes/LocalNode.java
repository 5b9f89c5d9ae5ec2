package dev.holdfast.embedded.processes;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A node on this machine, over its lives: each is a process with the same settings, ports and data,
 * and all write to one log. Any thread; methods block.
 */
public final class LocalNode {
  private static final int TROUBLE_LINES = 8;
  private static final int START_LINES = 30;
  private static final int MOST_LAUNCHES = 5;
  private static final Duration ANSWER = Duration.ofSeconds(3);
  private static final HttpClient CLIENT =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(ANSWER).build();

  private final String name;
  private final URI url;
  private final Path log;
  private final Supplier<ProcessBuilder> command;
  private volatile @Nullable ChildProcess process;
  private volatile boolean down;
  private volatile boolean paused;
  private volatile int launches;

  /**
   * @param url {@code http://host:port}
   * @param log appended to
   * @param command makes the command line of each life, see {@link ChildProcess#command}
   */
  public LocalNode(String name, URI url, Path log, Supplier<ProcessBuilder> command) {
    this.name = name;
    this.url = url;
    this.log = log;
    this.command = command;
  }

  public String name() {
    return name;
  }

  public URI url() {
    return url;
  }

  public Path log() {
    return log;
  }

  /**
   * Starts its process, and does not wait until it serves.
   *
   * @throws ProcessException if it can't be started
   * @throws IllegalStateException if it is running
   */
  public ChildProcess start() {
    launches = 0;
    return launch();
  }

  private synchronized ChildProcess launch() {
    if (isRunning()) {
      throw new IllegalStateException(name + " is running");
    }
    launches++;
    ChildProcess started = ChildProcess.start(name, log, command.get());
    process = started;
    down = false;
    paused = false;
    return started;
  }

  /**
   * Starts a process once more that has ended at its start because a port was in use: while a node
   * is away, another process may try its port, as whoever looks for a free one does.
   *
   * @return the new process; none: something else has ended it, or this is tried too often
   */
  public @Nullable ChildProcess startAgain() {
    boolean taken = launches < MOST_LAUNCHES && tail(START_LINES).contains("already in use");
    return taken ? launch() : null;
  }

  /** Returns its last process; none: it was never started. */
  public @Nullable ChildProcess process() {
    return process;
  }

  public boolean isRunning() {
    ChildProcess now = process;
    return now != null && now.isAlive();
  }

  /**
   * @throws ProcessException if it was never started
   */
  public long pid() {
    return last().pid();
  }

  private ChildProcess last() {
    ChildProcess now = process;
    if (now == null) {
      throw new ProcessException(name + " was not started");
    }
    return now;
  }

  /** Answers {@code /health/ready} with 200. */
  public boolean isReady() {
    if (!isRunning() || paused) {
      return false;
    }
    var request = HttpRequest.newBuilder(url.resolve("/health/ready")).timeout(ANSWER).build();
    try {
      return CLIENT.send(request, BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException noAnswer) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** SIGKILL; gone when this returns. Nothing if it was never started. */
  public void kill() {
    down = true;
    ChildProcess now = process;
    if (now != null) {
      now.kill();
    }
  }

  /**
   * SIGTERM.
   *
   * @return whether it was gone within the time
   */
  public boolean terminate(Duration within) throws InterruptedException {
    down = true;
    return last().terminate(within);
  }

  /** SIGSTOP: its sockets stay open, nothing is answered. */
  public void pause() {
    Signals.pause(pid());
    paused = true;
  }

  /** SIGCONT. */
  public void resume() {
    Signals.resume(pid());
    paused = false;
  }

  public boolean isPaused() {
    return paused;
  }

  /** Why it is gone though nobody ended it; none: all is well. */
  public @Nullable String trouble() {
    ChildProcess now = process;
    boolean well = now == null || down || now.isAlive();
    return well ? null : name + " ended by itself:\n" + tail(TROUBLE_LINES);
  }

  /** The last lines of its log, of all lives. */
  public String tail(int lines) {
    return ChildProcess.tail(log, lines);
  }
}
