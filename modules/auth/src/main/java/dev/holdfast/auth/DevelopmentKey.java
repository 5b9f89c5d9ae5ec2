package dev.holdfast.auth;

import dev.holdfast.core.process.SecretFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * A generated HS256 secret for a node on loopback, in a {@link SecretFile} of its data folder.
 *
 * @param secret the file's text, 43 characters of base64url
 */
public record DevelopmentKey(String secret) {
  public static final String FILE = "development.key";

  private static final Pattern FORM = Pattern.compile("[A-Za-z0-9_-]{43}");

  /**
   * Reads the key of a data folder; makes folder and key where there are none.
   *
   * @throws IOException where the file can't be read or made, is readable to others, or holds
   *     something else; the message says which file and what to do
   */
  public static DevelopmentKey of(Path dataFolder) throws IOException {
    SecretFile file = file(dataFolder.resolve(FILE));
    return checked(file, file.readOrMake());
  }

  /** Reads a key file, and makes none. */
  public static DevelopmentKey read(Path path) throws IOException {
    SecretFile file = file(path);
    return checked(file, file.read());
  }

  @Override
  public String toString() {
    return "DevelopmentKey[***]";
  }

  private static SecretFile file(Path path) {
    return new SecretFile(path, "key");
  }

  private static DevelopmentKey checked(SecretFile file, String text) throws IOException {
    if (!FORM.matcher(text).matches()) {
      throw file.refused("is not a development key");
    }
    return new DevelopmentKey(text);
  }
}
