package dev.holdfast.cluster.identity;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/**
 * Mutual TLS between the members of the bus, for messages: each shows a certificate that the
 * others' authority has signed. PEM files.
 *
 * @param key the private key, PKCS#8
 * @param certificate the certificate, then those between it and the authority
 * @param authority the certificates that members' are checked against
 */
public record BusTls(Path key, Path certificate, Path authority) {
  /**
   * @throws IllegalArgumentException lists the files that are missing or can't be read
   */
  public BusTls(@Nullable Path key, @Nullable Path certificate, @Nullable Path authority) {
    var problems = new ArrayList<String>();
    check("key", key, problems);
    check("certificate", certificate, problems);
    check("authority", authority, problems);
    if (key == null || certificate == null || authority == null || !problems.isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", problems));
    }
    this.key = key;
    this.certificate = certificate;
    this.authority = authority;
  }

  private static void check(String what, @Nullable Path file, ArrayList<String> problems) {
    if (file == null) {
      problems.add(what + ": needed");
    } else if (!Files.isReadable(file)) {
      problems.add(what + ": file " + file + " can't be read");
    }
  }
}
