package dev.holdfast.embedded;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A server was started whose scripts are a way into its process, and nobody was warned. */
class KnownHolesTest {
  private static final String FIRST = "CVE-2024-46981";
  private static final String SECOND = "CVE-2025-49844";

  @TempDir Path temp;

  @ParameterizedTest
  @CsvSource({
    "Redis server v=6.2.11 sha=00000000:0, 2",
    "Redis server v=6.2.17, 1",
    "Redis server v=6.2.20, 0",
    "Redis server v=7.0.15, 2",
    "Redis server v=7.2.6, 2",
    "Redis server v=7.2.7, 1",
    "Redis server v=7.2.11, 0",
    "Redis server v=7.4.2, 1",
    "Redis server v=7.4.6, 0",
    "Redis server v=8.0.3, 1",
    "Redis server v=8.0.4, 0",
    "Redis server v=8.2.1, 1",
    "Redis server v=8.2.2, 0",
    "Redis server v=8.4.0, 0",
    "Redis server v=9.0.0, 0",
    "Valkey server v=7.2.7, 2",
    "Valkey server v=7.2.11, 0",
    "Valkey server v=8.0.2, 1",
    "Valkey server v=8.0.6, 0",
    "Valkey server v=8.1.3, 1",
    "Valkey server v=8.1.4, 0",
    "Valkey server v=9.0.0, 0"
  })
  void holesAreNamedByVersion(String said, int count) {
    var expected = List.of(FIRST, SECOND).subList(2 - count, 2);

    assertEquals(expected, KnownHoles.in(said));
  }

  @Test
  void theNewestOnThePathIsTakenAndOneWithoutHolesBeforeThat() throws IOException {
    assertEquals("valkey-server", best("7.2.4", "8.1.1"));
    assertEquals("redis-server", best("8.2.2", "8.1.4"));
    assertEquals("valkey-server", best("8.2.1", "8.1.4"));
    assertEquals("redis-server", best("7.2.11", "7.2.11"));
  }

  @Test
  void withNothingOnThePathTheOneThatComesAlongIsLeft() throws Exception {
    var known = RedisBinary.known(temp.toString(), temp.resolve("bin"));

    assertEquals(3, known.size());
    Path carried = known.get(2).locate().call();
    assertTrue(carried.startsWith(temp.resolve("bin")), carried.toString());
  }

  private String best(String redis, String valkey) throws IOException {
    Path folder = Files.createTempDirectory(temp, "path");
    program(folder.resolve("redis-server"), "Redis server v=" + redis);
    program(folder.resolve("valkey-server"), "Valkey server v=" + valkey);
    String origin = RedisBinary.known(folder.toString(), temp).get(0).origin();
    return origin.substring(0, origin.indexOf(' '));
  }

  private static void program(Path file, String says) throws IOException {
    Files.writeString(file, "#!/bin/sh\necho " + says + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
  }
}
