package dev.holdfast.testkit.redis;

/**
 * A Redis server for tests, whose data and address stay over kill and start. Every method blocks
 * until it is done.
 */
public interface RedisServer {
  String uri();

  /** Returns the kind, version and address, for the log. */
  String description();

  /** SIGKILL. */
  void kill();

  /** Starts it after {@link #kill}, at the same address and with its data. */
  void start();

  /** SIGSTOP: connections stay, nothing is answered. */
  void pause();

  /** SIGCONT. */
  void resume();

  /** Ends the server, and removes its data. */
  void close();
}
