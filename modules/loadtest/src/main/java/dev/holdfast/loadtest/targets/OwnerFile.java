package dev.holdfast.loadtest.targets;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;

/** Hands a secret to processes of the same user: all users of a machine read command lines. */
final class OwnerFile {
  private OwnerFile() {}

  /**
   * @param file is not there yet
   */
  static Path write(Path file, String secret) {
    boolean posix = FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
    FileAttribute<?>[] rights =
        posix
            ? new FileAttribute<?>[] {
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
            }
            : new FileAttribute<?>[0];
    try {
      Files.createFile(file, rights);
      return Files.writeString(file, secret);
    } catch (IOException e) {
      throw new TargetException(file + " can't be written: " + e.getMessage());
    }
  }
}
