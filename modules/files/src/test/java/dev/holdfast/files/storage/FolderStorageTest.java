package dev.holdfast.files.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderStorageTest implements FileStorageContract {
  @TempDir Path folder;

  @Override
  public FileStorage open() throws IOException {
    return FolderStorage.open(folder.resolve("files"));
  }

  /** Every local user could read what tenants had uploaded, where the data folder was elsewhere. */
  @Test
  void whatItMakesIsForItsOwnerAlone() throws IOException {
    open();
    try (var made = Files.walk(folder.resolve("files"))) {
      for (Path each : made.filter(Files::isDirectory).toList()) {
        String mode = PosixFilePermissions.toString(Files.getPosixFilePermissions(each));
        assertEquals("rwx------", mode, each.toString());
      }
    }
  }

  @Test
  void aFolderThatWentAwayIsNotMadeAnew() throws IOException {
    FileStorage storage = open();
    Files.move(folder.resolve("files"), folder.resolve("elsewhere"));

    assertThrows(IOException.class, () -> storage.append("0".repeat(32), 1, 0));
    assertThrows(IOException.class, () -> storage.has("0".repeat(32)));
    assertThrows(IOException.class, () -> storage.held(0));
    assertFalse(Files.exists(folder.resolve("files")));
  }
}
