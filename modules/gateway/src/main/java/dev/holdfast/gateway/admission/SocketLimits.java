package dev.holdfast.gateway.admission;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;

/**
 * Limits the clients that a node takes, and how fast they come.
 *
 * @param max most connections of clients, 1 to 10,000,000; 0: what the limit of open files leaves,
 *     see {@link #most}
 * @param perAddress most of them from one address that is no proxy; 0: half of all, and any number
 *     from this machine, where a proxy may be
 * @param hellos most hellos in a second, 1 to 1,000,000; as many at once
 * @param failures how often in a second clients of one address may fail to come in, 1 to 1,000,000;
 *     ten times as many at once
 * @param strangers how many connections in a second of one address may end without having shown a
 *     valid token, 1 to 1,000,000; ten times as many at once
 * @param proxies addresses ({@code 10.0.0.7}) and ranges ({@code 10.0.0.0/8}) of proxies, whose
 *     {@code X-Forwarded-For} says who a client is
 */
public record SocketLimits(
    int max, int perAddress, int hellos, int failures, int strangers, List<String> proxies) {
  public static final SocketLimits DEFAULTS = new SocketLimits(0, 0, 5_000, 100, 100, List.of());

  private static final int MOST = 10_000_000;
  private static final int FASTEST = 1_000_000;
  private static final int RESERVED_FILES = 256;
  private static final int RESERVED_PART = 8;
  private static final int WITHOUT_A_LIMIT = 100_000;

  public SocketLimits {
    proxies = List.copyOf(proxies);
    List<String> problems = new ArrayList<>();
    check(problems, max >= 0 && max <= MOST, "max: 0 to 10000000");
    check(problems, perAddress >= 0 && perAddress <= MOST, "perAddress: 0 to 10000000");
    check(problems, hellos >= 1 && hellos <= FASTEST, "hellos: 1 to 1000000 a second");
    check(problems, failures >= 1 && failures <= FASTEST, "failures: 1 to 1000000 a second");
    check(problems, strangers >= 1 && strangers <= FASTEST, "strangers: 1 to 1000000 a second");
    for (String proxy : proxies) {
      check(problems, AddressRange.isValid(proxy), "proxies: an address or a range, not " + proxy);
    }
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", problems));
    }
  }

  /** Returns the same with other limits of connections; for tests and tools. */
  public SocketLimits with(int otherMax, int otherPerAddress) {
    return new SocketLimits(otherMax, otherPerAddress, hellos, failures, strangers, proxies);
  }

  /**
   * Returns the largest number of clients' connections. If it is not set, it is the process's limit
   * of open files without an eighth and 256: these are for Redis, peers, the process's own files,
   * and files that are downloaded.
   */
  int most() {
    return max > 0 ? max : ofFiles(openFiles());
  }

  /** Returns the largest number of connections from one address. */
  int mostOfOne() {
    return perAddress > 0 ? Math.min(perAddress, most()) : Math.max(1, most() / 2);
  }

  static int ofFiles(long files) {
    long left = files - RESERVED_FILES - files / RESERVED_PART;
    return (int) Math.max(1, Math.min(MOST, left));
  }

  private static long openFiles() {
    return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
        ? unix.getMaxFileDescriptorCount()
        : WITHOUT_A_LIMIT;
  }

  private static void check(List<String> problems, boolean holds, String problem) {
    if (!holds) {
      problems.add(problem);
    }
  }
}
