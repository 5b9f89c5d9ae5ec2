package dev.holdfast.embedded;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Any user of the machine read and wrote all sessions by the port of an embedded server, and with
 * {@code CONFIG} planted files as the node's user.
 */
class ClosedRedisIT {
  private static final int NOBODY = 65_534;

  @TempDir Path temp;

  private EmbeddedRedis server;

  @BeforeEach
  void start() {
    server = EmbeddedRedis.start(config());
  }

  @AfterEach
  void stop() {
    server.kill();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "PING",
        "KEYS *",
        "SET planted yes",
        "CONFIG SET dir /tmp",
        "SAVE",
        "EVAL return(1) 0",
        "INFO",
        "REPLICAOF 127.0.0.1 1",
        "SHUTDOWN",
        "AUTH wrong\r\nPING",
        "AUTH default wrong\r\nPING"
      })
  void whoDoesNotKnowThePasswordIsRefused(String command) {
    String answer = RawRedis.send(server.port(), command);

    String last = answer.replace("+OK\r\n", "").strip();
    assertTrue(last.matches("(?s)(-(NOAUTH|WRONGPASS|ERR unknown command)[^\r\n]*\\s*)+"), answer);
    assertTrue(server.isAlive());
  }

  /** It makes files of the node's user, wherever that user may. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "CONFIG GET dir",
        "DEBUG SLEEP 0",
        "MODULE LIST",
        "REPLICAOF NO ONE",
        "SLAVEOF NO ONE"
      })
  void notEvenItsOwnNodeChangesSettingsOrLoadsCode(String command) {
    assertTrue(RawRedis.send(server, command).contains("-ERR unknown command"), command);
  }

  @Test
  void itsOwnNodeReadsWritesAndRunsScripts() {
    assertTrue(RawRedis.send(server, "SET kept yes").contains("+OK"));
    assertTrue(RawRedis.send(server, "EVAL return(7) 0").contains(":7"));
  }

  @Test
  void thePasswordStandsInFilesOfItsOwnerAndNowhereElse() throws IOException {
    String password = server.probe().password();

    for (String name : List.of("redis.conf", "redis.password")) {
      Path file = server.dataDir().resolve(name);
      assertTrue(Files.readString(file).contains(password), name);
      assertEquals(
          "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)), name);
    }
    byte[] command = Files.readAllBytes(Path.of("/proc", server.pid() + "", "cmdline"));
    assertFalse(new String(command, StandardCharsets.UTF_8).contains(password));
    assertFalse(server.address().contains(password));
  }

  /** The data folder may have been made by somebody else, with rights for all. */
  @Test
  void anotherUserReadsNoneOfTheFilesInAFolderThatIsOpenToAll() throws Exception {
    assumeTrue("0".equals(run("id", "-u").strip()), "only root can be another user");
    assumeTrue(run("sh", "-c", "command -v setpriv").contains("/"), "setpriv is not here");
    Path open = Files.createDirectory(temp.resolve("open"));
    for (Path folder = open; folder.startsWith("/tmp/"); folder = folder.getParent()) {
      Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
    server.kill();
    server = EmbeddedRedis.start(EmbeddedRedisConfig.in(open));

    for (String name : List.of("redis.conf", "redis.password")) {
      String said = run("setpriv", "--reuid=" + NOBODY, "--clear-groups", "cat", open + "/" + name);
      assertTrue(said.contains("Permission denied"), said);
    }
  }

  /** A program that took the port while the server was away may have got the one before. */
  @Test
  void eachStartHasAPasswordOfItsOwn() {
    String first = server.probe().password();
    server.kill();

    server = EmbeddedRedis.start(config());

    assertNotEquals(first, server.probe().password());
  }

  @Test
  void aServerThatIsBroughtBackKeepsItsPasswordAsItsNodeKnowsNoOther() {
    long first = server.pid();
    RawRedis.send(server, "SET kept yes");
    try (var watch = RedisWatch.over(server, Duration.ofMinutes(2), reason -> {})) {
      Signals.send("KILL", first);
      await().until(() -> watch.trouble().isPresent());
      await().until(() -> server.pid() != first && server.isAlive());
      await().until(() -> server.probe().look(server.pid()) == ServerProbe.State.READY);

      assertTrue(RawRedis.send(server, "GET kept").contains("yes"));
      assertTrue(RawRedis.send(server.port(), "GET kept").startsWith("-NOAUTH"));
    }
  }

  @Test
  void aFolderWithAnOddNameIsQuoted() {
    server.kill();

    server = EmbeddedRedis.start(EmbeddedRedisConfig.in(temp.resolve("a \"b\" c")));

    assertTrue(RawRedis.send(server, "PING").contains("PONG"));
  }

  private EmbeddedRedisConfig config() {
    return EmbeddedRedisConfig.in(temp.resolve("data"));
  }

  private static String run(String... command) throws Exception {
    var builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("LC_ALL", "C");
    Process process = builder.start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return said;
  }
}
