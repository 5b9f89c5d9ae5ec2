package dev.holdfast.loadtest.worker.clients;

import dev.holdfast.loadtest.worker.ledger.ClientLedgers;
import org.jspecify.annotations.Nullable;

/** A client of a group. Confined to one event loop. */
interface LoadClient {
  /** Opens its first connection; it comes back by itself. */
  void connect();

  /** Ends its session, if it has one, and its connection; it does not come back. */
  void leave();

  /** Loses its connection and comes back at once, if it is attached. */
  void cut();

  /** Returns the node that it is attached to, if it is. */
  @Nullable String node();

  /** Returns the id of its session while that is attached. */
  @Nullable String session();

  /** Returns the user whose session it is; empty for one without a session. */
  String user();

  /** Returns whether it has nothing open and will open nothing. */
  boolean gone();

  ClientLedgers ledgers();
}
