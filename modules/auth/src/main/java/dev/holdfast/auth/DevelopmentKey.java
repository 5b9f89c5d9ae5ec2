package dev.holdfast.auth;

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
import java.util.regex.Pattern;

/**
 * A generated HS256 secret for a node on loopback: 256 random bits in a file of the data folder
 * that only its owner may read, kept from run to run.
 *
 * <p>Processes that start at once agree on one: the file appears complete or not at all, and the
 * first wins. A file that others may read is refused, as what they may have copied is no secret.
 *
 * @param secret the file's text, 43 characters of base64url
 */
public record DevelopmentKey(String secret) {
  public static final String FILE = "development.key";

  private static final Pattern FORM = Pattern.compile("[A-Za-z0-9_-]{43}");
  private static final Set<PosixFilePermission> OWNER_FILE =
      PosixFilePermissions.fromString("rw-------");
  private static final Set<PosixFilePermission> OWNER_FOLDER =
      PosixFilePermissions.fromString("rwx------");

  /**
   * Reads the key of a data folder; makes folder and key where there are none.
   *
   * @throws IOException where the file can't be read or made, is readable to others, or holds
   *     something else; the message says which file and what to do
   */
  public static DevelopmentKey of(Path dataFolder) throws IOException {
    Path file = dataFolder.resolve(FILE);
    if (Files.notExists(file)) {
      create(file);
    }
    return read(file);
  }

  /** Reads a key file, and makes none. */
  public static DevelopmentKey read(Path file) throws IOException {
    var others = new HashSet<>(Files.getPosixFilePermissions(file));
    others.removeAll(OWNER_FOLDER);
    if (!others.isEmpty()) {
      throw new IOException(
          file + " may be read or written by others; delete it (a new key is made then)");
    }
    String text = Files.readString(file, StandardCharsets.US_ASCII).strip();
    if (!FORM.matcher(text).matches()) {
      throw new IOException(file + " is not a development key; delete it (a new key is made then)");
    }
    return new DevelopmentKey(text);
  }

  @Override
  public String toString() {
    return "DevelopmentKey[***]";
  }

  private static void create(Path file) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    if (Files.notExists(folder)) {
      Files.createDirectories(folder, PosixFilePermissions.asFileAttribute(OWNER_FOLDER));
    }
    Path draft =
        Files.createTempFile(
            folder, FILE, ".new", PosixFilePermissions.asFileAttribute(OWNER_FILE));
    try {
      Files.writeString(draft, random() + "\n", StandardCharsets.US_ASCII);
      Files.createLink(file, draft);
    } catch (FileAlreadyExistsException e) {
      return; // another process was first; its key is as good
    } finally {
      Files.delete(draft);
    }
  }

  private static String random() {
    byte[] bytes = new byte[32];
    new SecureRandom().nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
