package dev.holdfast.embedded;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One run of a server binary, from its start to its end, and what it said last. It ends with this
 * JVM, however that goes. Blocks; any thread.
 */
final class ServerProcess {
  private static final Logger LOG = LoggerFactory.getLogger(ServerProcess.class);
  private static final Duration SILENCE = Duration.ofSeconds(30);
  private static final Duration GRACE = Duration.ofSeconds(10);

  /** Bytes of the log in which the last lines are looked for. */
  private static final int LOG_TAIL = 2_000;

  /** Below it nothing can be appended: the space is given out in blocks. */
  private static final long FULL = 64 << 10;

  /** "28468:M 21 Nov 2026 16:38:46.640 # ": process, role and time; what follows is a warning. */
  private static final Pattern WARNING = Pattern.compile("^\\d+:[A-Z] .{10,30}? # ");

  private static final Pattern LINE_START = Pattern.compile("^\\d+:[A-Z] .{10,30}? [#*.-] ");

  private final Process process;
  private final DataFolder folder;
  private final long logged;

  private ServerProcess(Process process, DataFolder folder, long logged) {
    this.process = process;
    this.folder = folder;
    this.logged = logged;
  }

  /** Starts it with the folder's {@link ServerFile}; returns when it has loaded its data. */
  static ServerProcess launch(Path binary, ServerProbe probe, DataFolder folder)
      throws IOException, InterruptedException {
    long logged = Files.exists(folder.log()) ? Files.size(folder.log()) : 0;
    Process process =
        new ProcessBuilder(OrphanGuard.ownSession(command(binary, folder)))
            .directory(folder.path().toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.log().toFile()))
            .start();
    var server = new ServerProcess(process, folder, logged);
    boolean ready = false;
    try {
      guard(process);
      server.awaitReady(probe);
      ready = true;
    } finally {
      if (!ready) {
        process.destroyForcibly().waitFor();
      }
    }
    return server;
  }

  /** Settings stand in the file: all users of a machine may read a command line. */
  private static List<String> command(Path binary, DataFolder folder) {
    return List.of(binary.toString(), folder.settings().toString());
  }

  /** Without a shell a shutdown hook has to do, which a killed JVM does not run. */
  private static void guard(Process process) {
    try {
      OrphanGuard.of(process);
    } catch (IOException noShell) {
      LOG.warn("No shell to guard the embedded Redis: it would outlive a kill of this process");
      Runtime.getRuntime().addShutdownHook(new Thread(process::destroy, "embedded-redis-stop"));
    }
  }

  private void awaitReady(ServerProbe probe) throws IOException, InterruptedException {
    long heard = System.nanoTime();
    ServerProbe.State state = probe.look(process.pid());
    while (state != ServerProbe.State.READY) {
      if (process.waitFor(20, TimeUnit.MILLISECONDS)) {
        throw new IOException("ended with status " + process.exitValue() + ": " + said());
      }
      state = probe.look(process.pid());
      heard = state == ServerProbe.State.SILENT ? heard : System.nanoTime();
      if (System.nanoTime() - heard > SILENCE.toNanos()) {
        throw new IOException("no answer for " + SILENCE.toSeconds() + " s: " + said());
      }
    }
  }

  long pid() {
    return process.pid();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Returns whether it has ended, at the latest after the time. */
  boolean awaitEnd(Duration most) throws InterruptedException {
    return process.waitFor(most.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** SIGTERM, and SIGKILL where that takes longer than ten seconds. */
  void stop() {
    process.destroy();
    end();
  }

  /** SIGKILL; returns when it is gone. */
  void kill() {
    process.destroyForcibly();
    end();
  }

  private void end() {
    try {
      if (!awaitEnd(GRACE)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  /** Returns how the ended process ended and why, as far as that can be known. */
  String lastWords() {
    int status = process.exitValue();
    String how =
        status > 128 && status < 160 ? "killed by signal " + (status - 128) : "status " + status;
    String full = isDiskFull() ? "; its disk is full" : "";
    String said = said();
    return how + full + (said.isEmpty() ? "" : "; it last logged: " + said);
  }

  /**
   * Returns whether the disk is full. The log may then end in the middle of a line, or lack the
   * reason.
   */
  boolean isDiskFull() {
    try {
      return Files.getFileStore(folder.path()).getUsableSpace() < FULL;
    } catch (IOException e) {
      return false;
    }
  }

  /** The last line of this run's log, with the warning before it where it is one, too. */
  private String said() {
    List<String> lines = tail().lines().filter(ServerProcess::matters).toList();
    int last = lines.size() - 1;
    boolean two = last > 0 && isWarning(lines.get(last)) && isWarning(lines.get(last - 1));
    return lines.stream()
        .skip(Math.max(0, two ? last - 1 : last))
        .map(line -> LINE_START.matcher(line).replaceFirst(""))
        .collect(Collectors.joining(" "));
  }

  private static boolean isWarning(String line) {
    return WARNING.matcher(line).find();
  }

  /** Each start warns of what the machine's owner could set better, and of its own doings. */
  private static boolean matters(String line) {
    boolean usual = line.contains(" # WARNING") || line.contains(" # Server initialized");
    return !line.isBlank() && !usual;
  }

  /** The last of what was logged since the log had {@code logged} bytes. */
  private String tail() {
    try {
      byte[] all = Files.readAllBytes(folder.log());
      int start = (int) Math.max(Math.min(logged, all.length), all.length - LOG_TAIL);
      return new String(all, start, all.length - start, StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      return "";
    }
  }
}
