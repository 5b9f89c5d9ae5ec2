package dev.holdfast.testkit.wire;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Finds which process of this machine opened a connection of loopback; Linux alone. */
final class SocketOwner {
  private static final Path PROC = Path.of("/proc");
  private static final int LOCAL = 1;
  private static final int REMOTE = 2;
  private static final int INODE = 9;

  private SocketOwner() {}

  static boolean canBeFound() {
    return Files.isReadable(PROC.resolve("self/net/tcp"));
  }

  /**
   * @param accepted the end that was accepted here
   * @param pids those that may be it
   * @return one of them, or -1
   */
  static long of(Socket accepted, List<Long> pids) {
    String inode = inode(accepted.getPort(), accepted.getLocalPort());
    return inode == null
        ? -1
        : pids.stream().filter(pid -> has(pid, "socket:[" + inode + "]")).findAny().orElse(-1L);
  }

  private static @Nullable String inode(int local, int remote) {
    return Stream.of("self/net/tcp6", "self/net/tcp")
        .map(PROC::resolve)
        .flatMap(SocketOwner::lines)
        .map(line -> line.strip().split("\\s+"))
        .filter(words -> words.length > INODE)
        .filter(words -> isPort(words[LOCAL], local) && isPort(words[REMOTE], remote))
        .map(words -> words[INODE])
        .findFirst()
        .orElse(null);
  }

  private static Stream<String> lines(Path file) {
    try {
      return Files.readAllLines(file).stream();
    } catch (IOException none) {
      return Stream.empty();
    }
  }

  private static boolean isPort(String address, int port) {
    return address.endsWith(String.format(Locale.ROOT, ":%04X", port));
  }

  private static boolean has(long pid, String wanted) {
    try (Stream<Path> files = Files.list(PROC.resolve(pid + "/fd"))) {
      return files.anyMatch(file -> wanted.equals(target(file)));
    } catch (IOException ended) {
      return false;
    }
  }

  private static String target(Path link) {
    try {
      return Files.readSymbolicLink(link).toString();
    } catch (IOException closed) {
      return "";
    }
  }
}
