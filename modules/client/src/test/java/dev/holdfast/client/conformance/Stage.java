package dev.holdfast.client.conformance;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** Where a script is played: the node's side of the connections, and the client's driver. */
interface Stage extends AutoCloseable {
  /**
   * Something that the client under test did.
   *
   * @param link the connection, counted from 1; 0 for a report
   * @param address of an opening: which of the node's addresses was taken, from 1
   * @param json of a frame or a report; of an opening its sub-protocols and headers
   * @param at ms, when
   */
  record Happening(Kind kind, int link, int address, ObjectNode json, long at) {
    /** What. */
    enum Kind {
      OPENED,
      REFUSED,
      FRAME,
      CLOSED,
      REPORT
    }
  }

  /** What the client did and no script has taken yet, in order; a copy. */
  List<Happening> happenings();

  /** Takes one away. */
  void take(Happening happening);

  /**
   * Waits for something to happen.
   *
   * @param seen how many happenings there were when the script looked
   * @return false if there are no others until then
   */
  boolean await(int seen, long until);

  /** ms. */
  long now();

  /** How much longer than its plan a script may take here. */
  int scale();

  /** Sends a text frame to the client. */
  void send(int link, String text);

  void close(int link, int code, String reason);

  /** Ends a connection without a close frame. */
  void cut(int link);

  /** Answers the next upgrade with this status. */
  void refuseNext(int status, long retryAfterSeconds);

  /** The node's addresses, for the client. */
  List<String> addresses(int count);

  /** Gives the driver a command. */
  void command(ObjectNode command);

  @Override
  void close();
}
