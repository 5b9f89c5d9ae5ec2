package dev.holdfast.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DevelopmentKeyTest {
  @TempDir Path folder;

  @Test
  void isKeptFromRunToRunForItsOwnerOnly() throws IOException {
    Path data = folder.resolve("data");

    String first = DevelopmentKey.of(data).secret();

    assertEquals(first, DevelopmentKey.of(data).secret());
    assertEquals(43, first.length());
    assertEquals("rw-------", rights(data.resolve(DevelopmentKey.FILE)));
    assertEquals("rwx------", rights(data));
    try (var files = Files.list(data)) {
      assertEquals(1, files.count(), "no draft is left behind");
    }
  }

  @Test
  void isRefusedWhereOthersMayTouchIt() throws IOException {
    DevelopmentKey.of(folder);
    Path file = folder.resolve(DevelopmentKey.FILE);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw----r--"));

    var refusal = assertThrows(IOException.class, () -> DevelopmentKey.of(folder));

    assertTrue(refusal.getMessage().contains(file.toString()), refusal.getMessage());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "short", "a text of fortythree characters with blanks"})
  void isRefusedWhereTheFileHoldsSomethingElse(String text) throws IOException {
    DevelopmentKey.of(folder);
    Files.writeString(folder.resolve(DevelopmentKey.FILE), text);

    var refusal = assertThrows(IOException.class, () -> DevelopmentKey.of(folder));

    assertFalse(text.length() > 5 && refusal.getMessage().contains(text));
  }

  @Test
  void doesNotShowItself() throws IOException {
    var key = DevelopmentKey.of(folder);

    assertFalse(List.of(key).toString().contains(key.secret()));
  }

  private static String rights(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }
}
