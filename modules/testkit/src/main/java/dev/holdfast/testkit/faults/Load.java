package dev.holdfast.testkit.faults;

import dev.holdfast.testkit.client.WsTestClient;
import dev.holdfast.testkit.history.History;
import java.util.List;
import java.util.Set;

/** The traffic in a cluster while a scenario breaks it. */
public interface Load extends AutoCloseable {
  /** Returns the history of what was published, acknowledged and received. */
  History history();

  /** Returns the names of those that publish the whole time: sessions, services, HTTP callers. */
  Set<String> publishers();

  /** Clients that read everything, and publish. */
  List<WsTestClient> clients();

  /** The tenant of it all. */
  String tenant();

  /** Returns whether a request was answered that was asked after this time. */
  boolean answeredSince(long nanoTime);

  /** Ends it: waits until all is answered and read. */
  void settle();

  /** Returns the violations, in words; also what was refused for good. */
  List<String> violations();

  @Override
  void close();
}
