package dev.holdfast.core.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HashSet;
import java.util.Set;

/**
 * A file with a secret that only its owner may read, kept from run to run.
 *
 * <p>Processes that start at once agree on one: the file appears complete or not at all, and the
 * first wins. A file that others may read is refused, as what they may have copied is no secret.
 *
 * @param path the file
 * @param noun what it holds, for messages: "key", "secret"
 */
public record SecretFile(Path path, String noun) {
  private static final int RANDOM_BYTES = 32;
  private static final Set<PosixFilePermission> OWNER_FILE =
      PosixFilePermissions.fromString("rw-------");
  private static final Set<PosixFilePermission> OWNER_FOLDER =
      PosixFilePermissions.fromString("rwx------");

  /** Returns 256 random bits as 43 characters of base64url. */
  public static String fresh() {
    byte[] bytes = new byte[RANDOM_BYTES];
    new SecureRandom().nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  /**
   * Writes a new file for its owner alone. It never exists with other rights; for a moment it
   * exists without its text.
   *
   * @throws FileAlreadyExistsException if there is one; its rights might be wider
   */
  public static Path create(Path file, String text) throws IOException {
    Files.createFile(file, ownerOnly(OWNER_FILE));
    return Files.writeString(file, text);
  }

  /**
   * Reads the secret; makes folder and file with a fresh one if there are none.
   *
   * @throws IOException as {@link #read}, or if it can't be made
   */
  public String readOrMake() throws IOException {
    if (Files.notExists(path)) {
      make();
    }
    return read();
  }

  /**
   * Reads the secret of a file that is there, without the blanks around it.
   *
   * @throws IOException says which file can't be used and what to do; also if others may read it
   */
  public String read() throws IOException {
    var others = new HashSet<>(Files.getPosixFilePermissions(path));
    others.removeAll(OWNER_FOLDER);
    if (!others.isEmpty()) {
      throw refused("may be read or written by others");
    }
    return Files.readString(path).strip();
  }

  /**
   * Makes the failure that the file is not to be used.
   *
   * @param why as "is no cluster's secret"
   */
  public IOException refused(String why) {
    return new IOException(path + " " + why + "; delete it (a new " + noun + " is made then)");
  }

  private void make() throws IOException {
    Path folder = path.toAbsolutePath().getParent();
    if (Files.notExists(folder)) {
      Files.createDirectories(folder, ownerOnly(OWNER_FOLDER));
    }
    Path draft =
        Files.createTempFile(folder, path.getFileName().toString(), ".new", ownerOnly(OWNER_FILE));
    try {
      Files.writeString(draft, fresh() + "\n", StandardCharsets.US_ASCII);
      Files.createLink(path, draft);
    } catch (FileAlreadyExistsException e) {
      return; // another process was first; its secret is as good
    } finally {
      Files.delete(draft);
    }
  }

  /** Returns nothing if the file system knows no such rights. */
  private static FileAttribute<?>[] ownerOnly(Set<PosixFilePermission> rights) {
    return FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
        ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(rights)}
        : new FileAttribute<?>[0];
  }
}
