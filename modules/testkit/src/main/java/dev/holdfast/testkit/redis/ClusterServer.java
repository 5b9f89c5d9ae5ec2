package dev.holdfast.testkit.redis;

import dev.holdfast.embedded.FreePorts;
import dev.holdfast.embedded.processes.Signals;
import dev.holdfast.testkit.machine.Folders;
import dev.holdfast.testkit.machine.ProcessGuard;
import dev.holdfast.testkit.machine.Waits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.Objects;

/** A server of a Redis Cluster, which keeps its data and its place over kill and start. */
public final class ClusterServer implements AutoCloseable {
  private static final int BUS = 10_000;

  private final Path folder = Folders.temporary("holdfast-redis-cluster");
  private final int port = freePort();
  private final Path binary;
  private Process process;

  /** Starts one that is no part of a cluster yet. */
  ClusterServer(Path binary) {
    this.binary = binary;
    this.process = launch();
  }

  /** One whose port for other servers, which lies 10,000 above, is free, too. */
  private static int freePort() {
    while (true) {
      int port = FreePorts.take();
      try (var socket = new ServerSocket(port + BUS, 1, InetAddress.getLoopbackAddress())) {
        if (socket.isBound()) {
          return port;
        }
      } catch (IOException inUse) {
        // The next one.
      }
    }
  }

  public int port() {
    return port;
  }

  /** {@code host:port}. */
  public String address() {
    return "127.0.0.1:" + port;
  }

  /** Sends one command, as {@link RedisCommand#call} does. */
  public String call(String... words) {
    return String.valueOf(RedisCommand.call("redis://" + address(), words));
  }

  /** Returns its name in the cluster. */
  public String id() {
    return call("CLUSTER", "MYID");
  }

  public boolean isMaster() {
    return call("INFO", "replication").contains("role:master");
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

  /** SIGSTOP: connections stay, nothing is answered. */
  public void pause() {
    Signals.pause(process.pid());
  }

  /** SIGCONT. */
  public void resume() {
    Signals.resume(process.pid());
  }

  @Override
  public void close() {
    kill();
    Folders.delete(folder);
  }

  private Process launch() {
    var builder =
        new ProcessBuilder(
                binary.toString(),
                "--port",
                Objects.toString(port),
                "--bind",
                "127.0.0.1",
                "--cluster-enabled",
                "yes",
                // A busy machine may hold up a sound server for a second.
                "--cluster-node-timeout",
                "3000",
                "--cluster-require-full-coverage",
                "no",
                "--cluster-replica-validity-factor",
                "0",
                "--repl-diskless-sync-delay",
                "0",
                "--save",
                "",
                "--appendonly",
                "yes",
                "--appendfsync",
                "always")
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("server.log").toFile());
    try {
      Process started = builder.start();
      ProcessGuard.watch(started);
      Waits.until("a server answers", () -> RedisPing.answers("127.0.0.1", port));
      return started;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public String toString() {
    return address();
  }
}
