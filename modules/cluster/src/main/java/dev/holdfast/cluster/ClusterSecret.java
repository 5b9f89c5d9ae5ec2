package dev.holdfast.cluster;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HashSet;
import java.util.Set;

/**
 * The secret that makes a process a member of its cluster. Members on one machine share the one in
 * a file of the data folder, which is made where there is none: 256 random bits that only the owner
 * may read. Those that start at once agree on one, as the file appears complete and the first wins.
 */
public final class ClusterSecret {
  public static final String FILE = "cluster.secret";

  /** Characters; what is shorter could be guessed. */
  static final int SHORTEST = 32;

  private static final Set<PosixFilePermission> OWNER_FILE =
      PosixFilePermissions.fromString("rw-------");
  private static final Set<PosixFilePermission> OWNER_FOLDER =
      PosixFilePermissions.fromString("rwx------");

  private ClusterSecret() {}

  /**
   * Reads the secret of a data folder; makes folder and secret where there are none.
   *
   * @throws IOException says which file can't be used and what to do; also where others may read it
   */
  public static String of(Path dataFolder) throws IOException {
    Path file = dataFolder.resolve(FILE);
    if (Files.notExists(file)) {
      create(file);
    }
    return read(file);
  }

  /** As {@link #of}, of a file that is there. */
  public static String read(Path file) throws IOException {
    var others = new HashSet<>(Files.getPosixFilePermissions(file));
    others.removeAll(OWNER_FOLDER);
    if (!others.isEmpty()) {
      throw new IOException(
          file + " may be read or written by others; delete it (a new secret is made then)");
    }
    String secret = Files.readString(file).strip();
    if (secret.length() < SHORTEST) {
      throw new IOException(
          file + " is no cluster's secret; delete it (a new secret is made then)");
    }
    return secret;
  }

  private static void create(Path file) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    if (Files.notExists(folder)) {
      Files.createDirectories(folder, PosixFilePermissions.asFileAttribute(OWNER_FOLDER));
    }
    var ownerOnly = PosixFilePermissions.asFileAttribute(OWNER_FILE);
    Path draft = Files.createTempFile(folder, FILE, ".new", ownerOnly);
    try {
      Files.writeString(draft, fresh() + "\n", StandardCharsets.US_ASCII);
      Files.createLink(file, draft);
    } catch (FileAlreadyExistsException e) {
      return; // another process was first; its secret is as good
    } finally {
      Files.delete(draft);
    }
  }

  /** One that nobody knows. */
  public static String fresh() {
    byte[] bytes = new byte[32];
    new SecureRandom().nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
