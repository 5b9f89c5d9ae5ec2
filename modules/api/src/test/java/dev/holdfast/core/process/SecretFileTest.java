package dev.holdfast.core.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Collections;
import java.util.HashSet;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SecretFileTest {
  @TempDir Path folder;

  @Test
  void isKeptFromRunToRunForItsOwnerOnly() throws IOException {
    Path data = folder.resolve("a/data");
    var file = new SecretFile(data.resolve("some.secret"), "secret");

    String first = file.readOrMake();

    assertTrue(first.matches("[A-Za-z0-9_-]{43}"), first);
    assertEquals(first, file.readOrMake());
    assertEquals(first, file.read());
    assertEquals("rw-------", rights(file.path()));
    assertEquals("rwx------", rights(data));
    try (var files = Files.list(data)) {
      assertEquals(1, files.count(), "no draft is left behind");
    }
  }

  @Test
  void twoAreNeverTheSame() throws IOException {
    var one = new SecretFile(folder.resolve("one"), "secret");
    var other = new SecretFile(folder.resolve("other"), "secret");

    assertNotEquals(one.readOrMake(), other.readOrMake());
    assertNotEquals(SecretFile.fresh(), SecretFile.fresh());
  }

  @ParameterizedTest
  @ValueSource(strings = {"rw-r-----", "rw----r--", "rw--w----", "rw-rw-rw-"})
  void isRefusedWhereOthersMayTouchIt(String rights) throws IOException {
    var file = new SecretFile(folder.resolve("some.key"), "key");
    file.readOrMake();
    Files.setPosixFilePermissions(file.path(), PosixFilePermissions.fromString(rights));

    var refusal = assertThrows(IOException.class, file::readOrMake);

    assertEquals(
        file.path() + " may be read or written by others; delete it (a new key is made then)",
        refusal.getMessage());
  }

  @Test
  void readingMakesNone() {
    var file = new SecretFile(folder.resolve("some.key"), "key");

    assertThrows(NoSuchFileException.class, file::read);
    assertTrue(Files.notExists(file.path()));
  }

  @Test
  void processesThatStartAtOnceAgreeOnOne() throws Exception {
    var file = new SecretFile(folder.resolve("data/some.key"), "key");
    var threads = Executors.newFixedThreadPool(8);
    try {
      Callable<String> start = file::readOrMake;
      var secrets = new HashSet<String>();
      for (var secret : threads.invokeAll(Collections.nCopies(64, start))) {
        secrets.add(secret.get());
      }
      assertEquals(1, secrets.size());
    } finally {
      threads.shutdownNow();
    }
  }

  /** One that is there may be open to others, or a link to elsewhere. */
  @Test
  void aTextIsWrittenForItsOwnerAndNeverOverAnother() throws IOException {
    Path file = SecretFile.create(folder.resolve("some.uri"), "redis://…");

    assertEquals("redis://…", Files.readString(file));
    assertEquals("rw-------", rights(file));
    assertThrows(FileAlreadyExistsException.class, () -> SecretFile.create(file, "another"));
    assertEquals("redis://…", Files.readString(file));
  }

  private static String rights(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }
}
