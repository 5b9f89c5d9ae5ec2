package dev.holdfast.gateway;

import static org.awaitility.Awaitility.await;

import dev.holdfast.testkit.TestRedis;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** A replica of a Redis, which can be cut off: what it has is older than the primary then. */
final class LaggingReplica implements AutoCloseable {
  private static final int TIMEOUT_MILLIS = 2_000;

  private final TestRedis replica = TestRedis.own();

  private LaggingReplica() {}

  static LaggingReplica of(TestRedis primary) {
    var lagging = new LaggingReplica();
    URI from = URI.create(primary.uri());
    ask(lagging.replica, "REPLICAOF " + from.getHost() + " " + from.getPort());
    await().until(() -> ask(lagging.replica, "INFO replication").contains("master_link_status:up"));
    return lagging;
  }

  /** Once it has all that the primary has now. */
  void cutOff(TestRedis primary) {
    String offset = field(ask(primary, "INFO replication"), "master_repl_offset");
    await()
        .until(
            () ->
                Long.parseLong(field(ask(replica, "INFO replication"), "slave_repl_offset"))
                    >= Long.parseLong(offset));
    ask(replica, "REPLICAOF NO ONE");
    await().until(() -> isWritten(ask(replica, "INFO persistence")));
  }

  /** What it is promoted with, for {@link TestRedis#restoreFrom}. */
  Path data() {
    return replica.copyData();
  }

  @Override
  public void close() {
    replica.close();
  }

  private static String field(String info, String name) {
    return info.lines()
        .filter(line -> line.startsWith(name + ":"))
        .map(line -> line.substring(name.length() + 1).trim())
        .findFirst()
        .orElse("0");
  }

  private static boolean isWritten(String persistence) {
    return persistence.contains("aof_enabled:1")
        && persistence.contains("aof_rewrite_in_progress:0")
        && persistence.contains("aof_rewrite_scheduled:0");
  }

  /** What comes at once in answer to one inline command. */
  private static String ask(TestRedis redis, String command) {
    URI at = URI.create(redis.uri());
    try (var socket = new Socket(at.getHost(), at.getPort())) {
      socket.setSoTimeout(TIMEOUT_MILLIS);
      socket.getOutputStream().write((command + "\r\n").getBytes(StandardCharsets.US_ASCII));
      byte[] answer = new byte[64 * 1024];
      int length = Math.max(0, socket.getInputStream().read(answer));
      return new String(answer, 0, length, StandardCharsets.US_ASCII);
    } catch (IOException e) {
      throw new UncheckedIOException(command, e);
    }
  }
}
