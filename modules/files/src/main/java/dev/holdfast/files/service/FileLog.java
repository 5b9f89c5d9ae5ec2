package dev.holdfast.files.service;

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
import dev.holdfast.files.FileView;
import io.vertx.core.Future;
import java.util.Set;

/**
 * Publishes what becomes of files to their owners, on their {@code user:} channels. A step may come
 * twice if a node dies; the file's {@code version} shows which one it is. Any thread.
 */
public final class FileLog {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final ServicePublisher publisher;

  public FileLog(Bus bus) {
    var self = new Caller.Service("files", Ids.fresh(), Set.of("*"), Set.of());
    this.publisher = new ServicePublisher(bus, self, ServicePublisherConfig.DEFAULT);
  }

  /** Publishes a step; completes when it is stored. */
  public Future<Void> emit(FileEvent event) {
    FileView file = event.file();
    var channel = new Channel(file.tenant(), ChannelName.user(file.owner()));
    return publisher.publish(channel, event.kind().eventName(), data(file)).mapEmpty();
  }

  public void close() {
    publisher.close();
  }

  private static String data(FileView file) {
    ObjectNode data = JSON.createObjectNode();
    data.put("file", file.file()).put("name", file.name()).put("size", file.size());
    data.put("type", file.type()).put("sha256", file.sha256()).put("version", file.version());
    if (file.session() != null) {
      data.put("session", file.session());
    }
    if (file.run() != null) {
      data.put("run", file.run());
    }
    try {
      return JSON.writeValueAsString(data);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree of texts can be written", e);
    }
  }
}
