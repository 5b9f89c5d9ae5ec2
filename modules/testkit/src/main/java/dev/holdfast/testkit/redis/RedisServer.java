package dev.holdfast.testkit.redis;

/**
 * A Redis server for tests, whose data and address stay over kill and start. Every method blocks
 * until it is done.
 */
public interface RedisServer {
  String uri();

  /** For the log: kind, version, address. */
  String description();

  /** SIGKILL. */
  void kill();

  /** After {@link #kill}: the same address and data. */
  void start();

  /** SIGSTOP: connections stay, nothing is answered. */
  void pause();

  /** SIGCONT. */
  void resume();

  /** Ends the server, and removes its data. */
  void close();
}
