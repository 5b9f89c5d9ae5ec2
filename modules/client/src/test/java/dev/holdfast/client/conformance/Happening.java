package dev.holdfast.client.conformance;

import com.fasterxml.jackson.databind.node.ObjectNode;

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
