package dev.holdfast.cluster;

import dev.holdfast.core.process.SecretFile;
import java.io.IOException;
import java.nio.file.Path;

/**
 * The secret by which a process becomes a member of its cluster. Members on one machine share the
 * one in a {@link SecretFile} of the data folder.
 */
public final class ClusterSecret {
  public static final String FILE = "cluster.secret";

  /** Least number of characters; a shorter one could be guessed. */
  static final int SHORTEST = 32;

  private ClusterSecret() {}

  /**
   * Reads the secret of a data folder. Makes the folder and the secret if they are missing.
   *
   * @throws IOException names the file that can't be used, and what to do; also if others may read
   *     it
   */
  public static String of(Path dataFolder) throws IOException {
    SecretFile file = file(dataFolder.resolve(FILE));
    return checked(file, file.readOrMake());
  }

  /**
   * Reads the secret from a file that has to exist.
   *
   * @throws IOException like {@link #of}
   */
  public static String read(Path path) throws IOException {
    SecretFile file = file(path);
    return checked(file, file.read());
  }

  private static SecretFile file(Path path) {
    return new SecretFile(path, "secret");
  }

  private static String checked(SecretFile file, String secret) throws IOException {
    if (secret.length() < SHORTEST) {
      throw file.refused("is no cluster's secret");
    }
    return secret;
  }
}
