package dev.holdfast.embedded;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node served on without its Redis, for ever and without a word. */
class RedisWatchIT {
  private static final Duration LONG = Duration.ofMinutes(2);

  @TempDir Path folder;

  private final CompletableFuture<String> gaveUp = new CompletableFuture<>();
  private EmbeddedRedis server;
  private RedisWatch watch;

  @AfterEach
  void stop() {
    watch.close();
    server.kill();
  }

  @Test
  void aKilledServerIsThereAgainAtTheSamePortWithItsData() {
    start(LONG);
    RawRedis.send(server.port(), "SET kept yes");
    long first = server.pid();

    Signals.send("KILL", first);

    // Forgotten when the next one has stayed up for some seconds.
    String trouble = await().until(() -> watch.trouble().orElse(""), said -> !said.isEmpty());
    awaitBackAfter(first);
    assertTrue(RawRedis.send(server.port(), "GET kept").contains("yes"));
    assertTrue(trouble.contains("killed by signal 9; it last logged: Ready to accept"), trouble);
    assertFalse(gaveUp.isDone());
  }

  /** In between, the folder belongs to nobody's server, but still to this process. */
  @Test
  void theFolderIsHeldAllTheTime() throws IOException {
    start(LONG);
    long first = server.pid();
    spoil();
    Signals.send("KILL", first);
    await().until(() -> watch.trouble().filter(said -> said.contains("start again")).isPresent());

    var refused = assertThrows(EmbeddedRedisException.class, () -> EmbeddedRedis.start(config()));

    assertTrue(refused.getMessage().contains("is in use"), refused.getMessage());
  }

  @Test
  void itGivesUpWithTheReasonWhenItDoesNotStartAgain() throws Exception {
    start(Duration.ofSeconds(1));
    spoil();

    Signals.send("KILL", server.pid());

    String reason = gaveUp.get(60, TimeUnit.SECONDS);
    assertTrue(reason.contains("does not start again: ended with status 1"), reason);
    assertTrue(reason.contains("append only file"), reason);
  }

  @Test
  void aServerThatIsStoppedStaysSo() {
    start(LONG);
    assertEquals(1, ProcessHandle.current().children().filter(this::isServer).count());
    watch.close();

    server.stop();

    assertFalse(server.isAlive());
    assertEquals(0, ProcessHandle.current().children().filter(this::isServer).count());
  }

  @Test
  void itIsEndedThatIsJustBeingStartedWhenNobodyWatchesAnyMore() {
    start(LONG);
    Signals.send("KILL", server.pid());
    await().until(() -> watch.trouble().isPresent());

    watch.close();
    server.stop();

    await().until(() -> ProcessHandle.current().children().noneMatch(this::isServer));
    server = EmbeddedRedis.start(config());
  }

  private void start(Duration patience) {
    server = EmbeddedRedis.start(config());
    watch = RedisWatch.over(server, patience, gaveUp::complete);
  }

  private EmbeddedRedisConfig config() {
    return EmbeddedRedisConfig.in(folder).opened();
  }

  private void awaitBackAfter(long pid) {
    await().until(() -> server.pid() != pid && server.isAlive());
    await().until(() -> server.probe().look(server.pid()) == ServerProbe.State.READY);
    assertNotEquals(pid, server.pid());
  }

  /** Debian's redis-server is a link to its redis-check-rdb. */
  private boolean isServer(ProcessHandle process) {
    return process.info().command().orElse("").matches(".*/(redis|valkey)-[^/]*");
  }

  /** What it reads when it starts begins with nonsense. */
  private void spoil() throws IOException {
    RawRedis.send(server.port(), "SET some data");
    try (var files = Files.walk(folder)) {
      for (Path file : files.filter(RedisWatchIT::isData).toList()) {
        try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
          channel.write(ByteBuffer.wrap("nonsense, and more of it".getBytes()), 0);
        }
      }
    }
  }

  private static boolean isData(Path file) {
    String name = file.getFileName().toString();
    return name.endsWith(".aof") || name.endsWith(".rdb");
  }
}
