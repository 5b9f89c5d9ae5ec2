package dev.holdfast.embedded;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedRedisIT {
  /** The guard gives a server ten seconds to end by itself, and then kills it. */
  private static final Duration GUARD = Duration.ofSeconds(30);

  @TempDir Path temp;

  private EmbeddedRedis server;

  @AfterEach
  void stop() {
    if (server != null) {
      server.kill();
    }
  }

  @Test
  void whatWasAcknowledgedIsThereAfterStopAndAfterKill() {
    server = start("data");
    send("SET stopped yes");
    server.stop();
    server = start("data");
    send("SET killed yes");
    server.kill();

    server = start("data");

    assertTrue(send("GET stopped").contains("yes"));
    assertTrue(send("GET killed").contains("yes"));
  }

  @Test
  void itIsSetUpToLoseAndEvictNothing() {
    server = EmbeddedRedis.start(in("data").opened());

    assertTrue(send("CONFIG GET appendfsync").contains("always"));
    assertTrue(send("CONFIG GET appendonly").contains("yes"));
    assertTrue(send("CONFIG GET maxmemory-policy").contains("noeviction"));
    assertTrue(send("CONFIG GET bind").contains("127.0.0.1"));
    assertTrue(RedisVersion.of(server.version()).isSupported());
    assertEquals("redis://127.0.0.1:" + server.port(), server.uri());
  }

  @Test
  void theFolderIsItsOwnersOnly() throws IOException {
    server = start("data");

    assertEquals(
        "rwx------",
        PosixFilePermissions.toString(Files.getPosixFilePermissions(temp.resolve("data"))));
  }

  @Test
  void nothingIsLeftRunningAfterStop() {
    server = start("data");
    assertTrue(ProcessHandle.current().descendants().count() >= 1);

    server.stop();

    await().until(() -> ProcessHandle.current().descendants().noneMatch(ProcessHandle::isAlive));
  }

  @Test
  void aFolderInUseIsRefusedByNameAndItsServerIsLeftAlone() {
    server = start("data");

    var failure = assertThrows(EmbeddedRedisException.class, () -> start("data"));

    assertTrue(
        failure.getMessage().contains(temp.resolve("data") + " is in use"), failure.getMessage());
    assertTrue(send("PING").contains("PONG"));
  }

  @Test
  void anotherJvmsFolderIsRefusedUntilThatJvmIsKilledWhichEndsItsServer() throws IOException {
    try (var other = ServingJvm.start(temp.resolve("data"))) {
      var failure = assertThrows(EmbeddedRedisException.class, () -> start("data"));
      assertTrue(failure.getMessage().contains("is in use"), failure.getMessage());

      other.kill();
      await().until(() -> !isAlive(other.pid()));
      server = start("data");

      await().atMost(GUARD).until(() -> !isAlive(other.redisPid()));
      assertNotEquals(other.redisPid(), server.pid());
    }
  }

  @Test
  void aServerThatIsStoppedEndsWithItsJvmToo() throws IOException {
    try (var other = ServingJvm.start(temp.resolve("data"))) {
      Signals.send("STOP", other.redisPid());

      other.kill();

      await().atMost(GUARD).until(() -> !isAlive(other.redisPid()));
    }
  }

  @Test
  void aCopyOfALiveFolderCanBeStarted() throws IOException {
    server = start("data");
    send("SET copied yes");
    Files.createDirectory(temp.resolve("copy"));
    for (String name : new String[] {"redis.pid", "redis.lock"}) {
      Files.copy(temp.resolve("data").resolve(name), temp.resolve("copy").resolve(name));
    }

    try (var copy = start("copy")) {
      assertNotEquals(server.port(), copy.port());
    }
  }

  @Test
  void saysWhatToInstallWhenNothingStarts() throws IOException {
    var candidates =
        List.of(
            new RedisBinary("absent one", () -> missing()),
            new RedisBinary("one that ends", () -> RedisBinary.onPath("true")),
            new RedisBinary("one that is old", () -> old()));

    var failure =
        assertThrows(
            EmbeddedRedisException.class, () -> EmbeddedRedis.start(in("data"), candidates));

    String said = failure.getMessage();
    assertTrue(said.contains("Install redis-server 6.2 or newer, or valkey-server"), said);
    assertTrue(said.contains("absent one: not there"), said);
    assertTrue(said.contains("one that ends: ended with status 0"), said);
    assertTrue(said.contains("one that is old: version 5.0.14 is too old"), said);
    server = start("data"); // the folder is free again
  }

  @Test
  void theNextServerIsTriedWhenOneDoesNotStart() throws IOException {
    var broken = new RedisBinary("one that ends", () -> RedisBinary.onPath("true"));
    var known = RedisBinary.known(temp.resolve("bin"));

    server = EmbeddedRedis.start(in("data"), List.of(broken, known.get(known.size() - 1)));

    assertTrue(server.binary().startsWith(temp.resolve("bin")), server.binary().toString());
    assertTrue(send("PING").contains("PONG"));
  }

  @Test
  void aTakenPortIsNamed() {
    server = start("data");

    var failure =
        assertThrows(
            EmbeddedRedisException.class,
            () -> EmbeddedRedis.start(in("other").withPort(server.port())));

    assertTrue(failure.getMessage().contains("port " + server.port()), failure.getMessage());
  }

  @Test
  void dataOfANewerServerAreNotHiddenByAnOlderOne() throws IOException {
    var folder = DataFolder.claim(temp.resolve("data"));
    Files.createDirectory(temp.resolve("data").resolve("appendonlydir"));

    assertThrows(IOException.class, () -> folder.checkReadableBy(new RedisVersion(6, 2, 11)));
    folder.checkReadableBy(new RedisVersion(7, 0, 0));
    folder.release();
  }

  private EmbeddedRedis start(String folder) {
    return EmbeddedRedis.start(in(folder));
  }

  private EmbeddedRedisConfig in(String folder) {
    return EmbeddedRedisConfig.in(temp.resolve(folder));
  }

  private String send(String command) {
    return server.probe().password() == null
        ? RawRedis.send(server.port(), command)
        : RawRedis.send(server, command);
  }

  private static Path missing() throws FileNotFoundException {
    return RedisBinary.onPath("no-such-redis-server");
  }

  private Path old() throws IOException {
    Path binary = Files.writeString(temp.resolve("old"), "#!/bin/sh\necho Redis server v=5.0.14\n");
    return Files.setPosixFilePermissions(binary, PosixFilePermissions.fromString("rwx------"));
  }

  private static boolean isAlive(long pid) {
    return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
  }
}
