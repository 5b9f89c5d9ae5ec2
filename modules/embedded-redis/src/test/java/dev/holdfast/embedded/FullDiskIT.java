package dev.holdfast.embedded;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.embedded.EmbeddedRedisConfig.Fsync;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The disk of the embedded server is full: with {@code always} it ends, with {@code everysec} it
 * refuses. What was acknowledged is whole in both, and when there is space it goes on.
 */
class FullDiskIT {
  private static final int VALUE = 4_000;

  @TempDir Path folder;

  private final AtomicReference<String> gaveUp = new AtomicReference<>();
  private EmbeddedRedis server;
  private RedisWatch watch;
  private Path disk;

  @BeforeEach
  void mount() throws Exception {
    Path place = Files.createDirectory(folder.resolve("disk"));
    assumeTrue(
        run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", place.toString()),
        "a small disk can't be made: mounting a tmpfs takes root");
    disk = place;
  }

  @AfterEach
  void unmount() throws Exception {
    if (watch != null) {
      watch.close();
    }
    if (server != null) {
      server.kill();
    }
    if (disk != null) {
      assertTrue(run("umount", disk.toString()));
    }
  }

  @Test
  void aServerThatEndsByAFullDiskComesBackWholeWhenThereIsSpace() throws Exception {
    start(Fsync.ALWAYS);
    long first = server.pid();

    int stored = fill();

    // Soon: the next try may fail, too, and then has its own words.
    String trouble =
        await()
            .pollDelay(Duration.ZERO)
            .pollInterval(Duration.ofMillis(5))
            .until(() -> watch.trouble().orElse(""), said -> !said.isEmpty());
    assertTrue(trouble.contains("the embedded Redis ended: status 1"), trouble);
    assertTrue(trouble.contains("AOF"), trouble);
    free();
    await().until(() -> server.pid() != first && isReady());
    assertWhole(stored);
    assertEquals(null, gaveUp.get());
  }

  @Test
  void aServerThatRefusesOnAFullDiskIsNamedAndGoesOnWhenThereIsSpace() throws Exception {
    start(Fsync.EVERYSEC);
    long first = server.pid();

    int stored = fill();

    await().until(() -> watch.trouble().isPresent());
    String trouble = watch.trouble().orElseThrow();
    assertTrue(trouble.contains("can't write its file and refuses changes"), trouble);
    assertTrue(trouble.contains("its disk is full"), trouble);
    free();
    await().until(() -> watch.trouble().isEmpty());
    assertEquals(first, server.pid());
    assertWhole(stored);
  }

  /** Until it is refused or broken; each is acknowledged before the next. Answers how many were. */
  private int fill() {
    int stored = 0;
    while (set(stored)) {
      stored++;
    }
    assertTrue(stored > 50, "stored: " + stored);
    return stored;
  }

  private boolean set(int number) {
    try {
      String value = Integer.toString(number % 10).repeat(VALUE);
      return RawRedis.send(server.port(), "SET k" + number + " " + value).startsWith("+OK");
    } catch (AssertionError broken) {
      return false;
    }
  }

  /** All that was stored is there, is read again by a new run, and more can be stored. */
  private void assertWhole(int stored) {
    await().until(() -> set(stored));
    watch.close();
    server.kill();
    server = onDisk(Fsync.ALWAYS);
    for (int number = 0; number <= stored; number++) {
      String expected = Integer.toString(number % 10).repeat(VALUE);
      assertTrue(RawRedis.send(server.port(), "GET k" + number).contains(expected), "k" + number);
    }
    assertFalse(RawRedis.send(server.port(), "EXISTS k" + (stored + 1)).startsWith(":1"));
  }

  private void start(Fsync fsync) {
    server = onDisk(fsync);
    watch = RedisWatch.over(server, Duration.ofMinutes(5), gaveUp::set);
  }

  /** The program itself lies elsewhere: it would not fit. */
  private EmbeddedRedis onDisk(Fsync fsync) {
    var config = EmbeddedRedisConfig.in(disk).withFsync(fsync).opened();
    return EmbeddedRedis.start(config, RedisBinary.known(folder.resolve("bin")));
  }

  private boolean isReady() throws IOException {
    return server.probe().look(server.pid()) == ServerProbe.State.READY;
  }

  private void free() throws Exception {
    assertTrue(run("mount", "-o", "remount,size=16m", disk.toString()));
  }

  private static boolean run(String... command) throws InterruptedException {
    try {
      return new ProcessBuilder(command).inheritIO().start().waitFor() == 0;
    } catch (IOException noSuchTool) {
      return false;
    }
  }
}
