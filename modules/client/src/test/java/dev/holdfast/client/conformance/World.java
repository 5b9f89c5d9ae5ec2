package dev.holdfast.client.conformance;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;

/** What a client without I/O has around it on a {@link VirtualStage}. */
public interface World {
  void open(int link, URI address);

  void send(int link, String frame);

  void close(int link);

  long now();

  Runnable after(long millis, Runnable task);

  void report(ObjectNode report);
}
