package dev.holdfast.channels.fanout;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.holdfast.protocol.EncodedFrame;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** An sink that keeps what it is given, and can be full. */
final class RecordingSink implements FrameSink {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final List<JsonNode> frames = new CopyOnWriteArrayList<>();
  private volatile boolean writable = true;
  private volatile boolean closed;

  @Override
  public boolean writable() {
    return writable;
  }

  void writable(boolean now) {
    writable = now;
  }

  @Override
  public boolean isClosed() {
    return closed;
  }

  /** As when its connection ends. */
  void close() {
    closed = true;
  }

  @Override
  public void send(EncodedFrame frame) {
    try {
      frames.add(JSON.readTree(frame.json()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  List<JsonNode> all(String type) {
    return frames.stream().filter(frame -> frame.path("type").asText().equals(type)).toList();
  }

  List<Long> seqs() {
    return all("event").stream().map(frame -> frame.path("seq").asLong()).toList();
  }
}
