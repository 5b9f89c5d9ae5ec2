package dev.holdfast.testkit.redis;

import dev.holdfast.embedded.FreePorts;
import dev.holdfast.embedded.processes.Signals;
import dev.holdfast.testkit.machine.Folders;
import dev.holdfast.testkit.machine.ProcessGuard;
import dev.holdfast.testkit.machine.Waits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.opentest4j.TestAbortedException;
import redis.embedded.core.ExecutableProvider;

/** A server whose clock can be set while it runs, by libfaketime. */
public final class ClockedServer implements RedisServer {
  private static final List<String> LIBRARIES =
      List.of(
          "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1",
          "/usr/lib/aarch64-linux-gnu/faketime/libfaketime.so.1",
          "/usr/lib/faketime/libfaketime.so.1",
          "/usr/local/lib/faketime/libfaketime.so.1");

  private final Path folder = Folders.temporary("holdfast-redis");
  private final Path offset = folder.resolve("offset");
  private final Path library;
  private final Path binary;
  private final int port = FreePorts.take();
  private Process process;

  private ClockedServer(Path library) {
    this.library = library;
    try {
      // Not the one on the PATH: libfaketime gets into an endless loop in Debian's Redis 7.
      binary = ExecutableProvider.newJarResourceProvider(folder.toFile()).get().toPath();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    shift(Duration.ZERO);
    start();
  }

  public static ClockedServer startOrSkip() {
    Optional<Path> library = LIBRARIES.stream().map(Path::of).filter(Files::exists).findFirst();
    var server =
        new ClockedServer(
            library.orElseThrow(
                () ->
                    new TestAbortedException(
                        "Redis' clock can't be set here: install libfaketime (Debian: faketime)")));
    server.check();
    return server;
  }

  /** A binary that is linked statically takes no notice. */
  private void check() {
    shift(Duration.ofHours(1));
    long ahead = Long.parseLong(String.valueOf(RedisCommand.call(uri(), "TIME")).split("\n")[0]);
    shift(Duration.ZERO);
    if (ahead - System.currentTimeMillis() / 1000 < 3_000) {
      close();
      throw new TestAbortedException("Redis' clock can't be set here: " + binary + " ignores it");
    }
  }

  /** Sets the server's clock to this machine's plus this duration. */
  public void shift(Duration by) {
    try {
      // Read by Redis at any moment: replaced at once.
      Path next = Files.writeString(folder.resolve("offset.next"), "%+d".formatted(by.toSeconds()));
      Files.move(
          next,
          offset,
          java.nio.file.StandardCopyOption.ATOMIC_MOVE,
          java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public String uri() {
    return "redis://127.0.0.1:" + port;
  }

  @Override
  public String description() {
    return "with a clock that can be set, at " + uri();
  }

  @Override
  public void kill() {
    process.destroyForcibly().onExit().join();
  }

  @Override
  public void start() {
    var builder =
        new ProcessBuilder(
                binary.toString(),
                "--bind",
                "127.0.0.1",
                "--port",
                Integer.toString(port),
                "--appendonly",
                "yes",
                "--save",
                "")
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("redis.log").toFile());
    builder
        .environment()
        .putAll(
            Map.of(
                "LD_PRELOAD",
                library.toString(),
                "FAKETIME_TIMESTAMP_FILE",
                offset.toString(),
                "FAKETIME_NO_CACHE",
                "1",
                "FAKETIME_DONT_FAKE_MONOTONIC",
                "1"));
    try {
      process = builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    ProcessGuard.watch(process);
    Waits.until("Redis answers", () -> RedisPing.answers("127.0.0.1", port));
  }

  @Override
  public void pause() {
    Signals.pause(process.pid());
  }

  @Override
  public void resume() {
    Signals.resume(process.pid());
  }

  @Override
  public void close() {
    kill();
    Folders.delete(folder);
  }
}
