package dev.holdfast.client.conformance;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** A client without I/O and its driver, on a {@link VirtualStage}. */
public interface ClientUnderTest {
  void command(ObjectNode command);

  void opened(int link);

  void refused(int link, int status, long retryAfter);

  void received(int link, String frame);

  void closed(int link, int code, String reason);
}
