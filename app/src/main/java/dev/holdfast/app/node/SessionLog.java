package dev.holdfast.app.node;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.channels.ServicePublisher;
import dev.holdfast.channels.ServicePublisherConfig;
import dev.holdfast.core.Caller;
import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.Ids;
import dev.holdfast.core.bus.Bus;
import dev.holdfast.sessions.service.SessionEvent;
import io.vertx.core.Future;
import java.util.Set;

/**
 * Writes the steps in sessions' lives to their tenant's {@code system:sessions} log, where services
 * read them. Per tenant they stand there in the order in which this node wrote them. Any thread.
 */
final class SessionLog {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final ChannelName NAME = ChannelName.system("sessions");

  private final ServicePublisher publisher;

  SessionLog(Bus bus) {
    var self = new Caller.Service("sessions", Ids.fresh(), Set.of("*"), Set.of());
    this.publisher = new ServicePublisher(bus, self, ServicePublisherConfig.DEFAULT);
  }

  /** Completes when it is stored. */
  Future<Void> write(SessionEvent event) {
    var channel = new Channel(event.tenant(), NAME);
    return publisher.publish(channel, event.kind().eventName(), data(event)).mapEmpty();
  }

  void close() {
    publisher.close();
  }

  private static String data(SessionEvent event) {
    ObjectNode data = JSON.createObjectNode();
    data.put("session", event.session()).put("user", event.user());
    data.put("generation", event.generation());
    if (event.node() != null) {
      data.put("node", event.node().toString());
    }
    if (event.reason() != null) {
      data.put("reason", event.reason());
    }
    try {
      return JSON.writeValueAsString(data);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree of texts can be written", e);
    }
  }
}
