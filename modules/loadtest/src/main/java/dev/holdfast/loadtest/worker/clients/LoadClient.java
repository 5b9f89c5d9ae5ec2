package dev.holdfast.loadtest.worker.clients;

import dev.holdfast.loadtest.worker.ledger.ClientLedgers;

/** One client of a group. Confined to one event loop. */
interface LoadClient {
  /** Opens a connection, the first or another. */
  void connect();

  /** Ends its session, where it has one, and its connection; it does not come back. */
  void leave();

  /** Loses its connection and comes back at once, where it is attached. */
  void cut();

  /** Looks after what takes too long; once a second. */
  void look(long micros);

  /** Where it is attached; null where it isn't. */
  String node();

  /** The id of its session while that is attached, otherwise null. */
  String session();

  /** Whose session. */
  String user();

  /** Whether it has nothing open and will open nothing. */
  boolean gone();

  ClientLedgers ledgers();
}
