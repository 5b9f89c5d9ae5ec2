package dev.holdfast.loadtest.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Files that are there whole or not at all. */
public final class WholeFile {
  private WholeFile() {}

  /** Makes the folders that it needs; what is there is replaced at once. */
  public static void write(Path file, String text) throws IOException {
    var target = file.toAbsolutePath();
    var folder = target.getParent();
    if (folder != null) {
      Files.createDirectories(folder);
    }
    var part = target.resolveSibling(file.getFileName() + ".part");
    try {
      Files.writeString(part, text);
      Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(part);
    }
  }
}
