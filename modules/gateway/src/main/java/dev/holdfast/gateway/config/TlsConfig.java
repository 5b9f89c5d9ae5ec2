package dev.holdfast.gateway.config;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * TLS on the clients' port. PEM files, which are read again when they change.
 *
 * @param certificate the certificate, then those between it and its authority
 * @param key the private key, PKCS#8
 * @param reload how often the files are looked at, 100 ms to 1 day; 10 s if it is not set
 */
public record TlsConfig(Path certificate, Path key, Duration reload) {
  private static final Duration OFTEN = Duration.ofMillis(100);
  private static final Duration SELDOM = Duration.ofDays(1);

  public TlsConfig {
    reload = reload == null ? Duration.ofSeconds(10) : reload;
    List<String> problems = new ArrayList<>();
    check("certificate", certificate, problems);
    check("key", key, problems);
    if (reload.compareTo(OFTEN) < 0 || reload.compareTo(SELDOM) > 0) {
      problems.add("reload: 100 ms to 1 day");
    }
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", problems));
    }
  }

  private static void check(String what, Path file, List<String> problems) {
    if (file == null) {
      problems.add(what + ": needed");
    } else if (!Files.isReadable(file)) {
      problems.add(what + ": file " + file + " can't be read");
    }
  }
}
