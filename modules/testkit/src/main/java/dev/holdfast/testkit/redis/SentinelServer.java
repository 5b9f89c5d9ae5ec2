package dev.holdfast.testkit.redis;

import dev.holdfast.embedded.FreePorts;
import dev.holdfast.testkit.machine.Folders;
import dev.holdfast.testkit.machine.ProcessGuard;
import dev.holdfast.testkit.machine.Waits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A sentinel process of this machine, which remembers what it knows over kill and start. */
public final class SentinelServer implements AutoCloseable {
  private final Path folder = Folders.temporary("holdfast-sentinel");
  private final int port = FreePorts.take();
  private final Path binary;
  private Process process;

  /**
   * @param binary of a Redis server, which is a sentinel, too
   * @param name under which the master is watched
   * @param master {@code redis://host:port}
   */
  public SentinelServer(Path binary, String name, String master) {
    this.binary = binary;
    URI at = URI.create(master);
    String watched = name + " " + at.getHost() + " " + at.getPort();
    write(
        List.of(
            "bind 127.0.0.1",
            "port " + port,
            "sentinel monitor " + watched + " 2",
            // A busy machine may hold up a sound server for a second.
            "sentinel down-after-milliseconds " + name + " 3000",
            "sentinel failover-timeout " + name + " 6000",
            "sentinel parallel-syncs " + name + " 2"));
    process = launch();
  }

  /** {@code host:port}. */
  public String address() {
    return "127.0.0.1:" + port;
  }

  /** Sends one command, as {@link RedisCommand#call} does. */
  public String call(String... words) {
    return String.valueOf(RedisCommand.call("redis://" + address(), words));
  }

  public boolean isRunning() {
    return process.isAlive();
  }

  /** SIGKILL; gone when this returns. */
  public void kill() {
    process.destroyForcibly().onExit().join();
  }

  /** Starts it after {@link #kill}; returns when it answers. */
  public void start() {
    process = launch();
  }

  @Override
  public void close() {
    kill();
    Folders.delete(folder);
  }

  private void write(List<String> settings) {
    try {
      Files.write(folder.resolve("sentinel.conf"), settings);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Process launch() {
    var builder =
        new ProcessBuilder(binary.toString(), "sentinel.conf", "--sentinel")
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("sentinel.log").toFile());
    try {
      Process started = builder.start();
      ProcessGuard.watch(started);
      Waits.until("a sentinel answers", () -> RedisPing.answers("127.0.0.1", port));
      return started;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
