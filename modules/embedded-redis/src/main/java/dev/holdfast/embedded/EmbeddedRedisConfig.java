package dev.holdfast.embedded;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;

/**
 * Settings of an {@link EmbeddedRedis}.
 *
 * @param dataDir made if it is not there, with owner-only rights; holds the append-only file, the
 *     log and the process id
 * @param port on loopback; 0 takes a free one
 * @param fsync when what was written reaches the disk
 * @param open no password, and every command: for tests that look into it and change its settings
 */
public record EmbeddedRedisConfig(Path dataDir, int port, Fsync fsync, boolean open) {
  /** {@code appendfsync}. */
  public enum Fsync {
    /** Syncs before a write is acknowledged: survives the kill of the machine. */
    ALWAYS,
    /**
     * Syncs about once a second: survives the kill of Redis, loses about a second with the machine.
     */
    EVERYSEC,
    /** Leaves it to the operating system: for load tests. */
    NO;

    String setting() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public EmbeddedRedisConfig {
    dataDir = Objects.requireNonNull(dataDir, "dataDir").toAbsolutePath().normalize();
    Objects.requireNonNull(fsync, "fsync");
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException("embedded Redis: port: 0 to 65535, not " + port);
    }
  }

  /** A free port, {@code appendfsync always}, closed to all who do not have its password. */
  public static EmbeddedRedisConfig in(Path dataDir) {
    return new EmbeddedRedisConfig(dataDir, 0, Fsync.ALWAYS, false);
  }

  public EmbeddedRedisConfig withPort(int port) {
    return new EmbeddedRedisConfig(dataDir, port, fsync, open);
  }

  public EmbeddedRedisConfig withFsync(Fsync fsync) {
    return new EmbeddedRedisConfig(dataDir, port, fsync, open);
  }

  /**
   * Returns the same without a password, for tests: whoever is on this machine may do anything
   * there.
   */
  public EmbeddedRedisConfig opened() {
    return new EmbeddedRedisConfig(dataDir, port, fsync, true);
  }
}
