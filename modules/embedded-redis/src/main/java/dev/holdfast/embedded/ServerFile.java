package dev.holdfast.embedded;

import dev.holdfast.core.process.SecretFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The settings of an embedded server in a file that only its owner may read, as the password stands
 * there. Without the password every user of the machine would have all data, and with {@code
 * CONFIG} the rights of the node's user: it writes files where and as it is asked.
 */
final class ServerFile {
  /** Commands that change settings, load code, or copy the data to another server. */
  private static final List<String> SWITCHED_OFF =
      List.of("CONFIG", "DEBUG", "MODULE", "REPLICAOF", "SLAVEOF");

  private ServerFile() {}

  /**
   * @param password made anew for each start, as one that got to another program on the same port
   *     opens nothing then; none: it is open, and no command is switched off
   * @param version of the server that is to read it
   */
  static void write(
      EmbeddedRedisConfig config,
      @Nullable String password,
      RedisVersion version,
      DataFolder folder)
      throws IOException {
    List<String> lines = new ArrayList<>();
    lines.addAll(List.of("bind 127.0.0.1", "protected-mode yes", "port " + config.port()));
    lines.add("dir " + quoted(folder.path()));
    lines.add("pidfile " + quoted(folder.pidFile()));
    lines.addAll(List.of("appendonly yes", "appendfsync " + config.fsync().setting(), "save \"\""));
    lines.addAll(List.of("maxmemory-policy noeviction", "daemonize no"));
    Files.deleteIfExists(folder.password());
    if (password != null) {
      lines.add("requirepass " + password);
      if (version.major() >= 7) {
        // Nodes would set it (see StreamNodes), but can't without CONFIG.
        lines.add("stream-node-max-bytes 1024");
      }
      SWITCHED_OFF.forEach(command -> lines.add("rename-command " + command + " \"\""));
      writeForOwner(folder.password(), List.of(password));
    }
    writeForOwner(folder.settings(), lines);
  }

  /** Returns a path in quotes, as Redis reads it. */
  private static String quoted(Path path) {
    String text = path.toString().replace("\\", "\\\\").replace("\"", "\\\"");
    return "\"" + text.replace("\n", "\\n").replace("\r", "\\r") + "\"";
  }

  private static void writeForOwner(Path file, List<String> lines) throws IOException {
    Files.deleteIfExists(file);
    SecretFile.create(file, String.join("\n", lines) + "\n");
  }
}
