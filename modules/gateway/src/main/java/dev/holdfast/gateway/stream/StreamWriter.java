package dev.holdfast.gateway.stream;

import dev.holdfast.core.ChannelName;
import dev.holdfast.gateway.connection.ClientSink;
import dev.holdfast.protocol.CloseCode;
import dev.holdfast.protocol.EncodedFrame;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.internal.buffer.BufferInternal;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The outgoing side of a stream. Each frame is the data of one message, whose id stands for all
 * that the client has by then. All readers of a frame share its bytes; only the bytes before them
 * are this stream's own. Confined to the event loop.
 */
final class StreamWriter implements ClientSink {
  private static final Logger LOG = LoggerFactory.getLogger(StreamWriter.class);
  private static final String DATA = "data: ";
  private static final ByteBuf END =
      Unpooled.unreleasableBuffer(
          Unpooled.copiedBuffer("\n\n", StandardCharsets.US_ASCII).asReadOnly());

  private static final int MIN_RETRY_MS = 500;
  private static final int MAX_RETRY_MS = 3_000;

  private final HttpServerResponse response;
  private final StreamCursors cursors;
  private final Consumer<ChannelName> gone;
  private volatile boolean closed;
  private long blockedSince;
  private long saidAt = System.nanoTime();

  /**
   * @param drained called when the client takes more again
   * @param gone called with the channel of a session that no longer exists
   */
  StreamWriter(
      HttpServerResponse response,
      StreamCursors cursors,
      Runnable drained,
      Consumer<ChannelName> gone) {
    this.response = response;
    this.cursors = cursors;
    this.gone = gone;
    response.drainHandler(
        taken -> {
          blockedSince = 0;
          drained.run();
        });
  }

  @Override
  public boolean writable() {
    return !closed && !response.writeQueueFull();
  }

  @Override
  public void send(EncodedFrame frame) {
    if (closed || response.closed()) {
      return;
    }
    begin();
    ByteBuf json = frame.line();
    String id = cursors.note(json) ? "id: " + cursors.id() + "\n" : "";
    ByteBuf head = Unpooled.copiedBuffer(id + DATA, StandardCharsets.US_ASCII);
    write(BufferInternal.buffer(Unpooled.wrappedBuffer(3, head, json, END.duplicate())));
  }

  @Override
  public void gone(ChannelName channel) {
    gone.accept(channel);
  }

  private void begin() {
    if (!response.headWritten()) {
      response
          .setChunked(true)
          .putHeader("content-type", "text/event-stream")
          .putHeader("cache-control", "no-store")
          .putHeader("x-accel-buffering", "no");
    }
  }

  private void write(Buffer message) {
    saidAt = System.nanoTime();
    response.write(message).onFailure(failure -> LOG.debug("stream: {}", failure.toString()));
    if (response.writeQueueFull() && blockedSince == 0) {
      blockedSince = System.nanoTime() | 1;
    }
  }

  /**
   * Sends the last message: the reason, whether to come back, and after how long, so that clients
   * don't all come back at once.
   */
  void end(CloseCode code) {
    begin();
    int retry = ThreadLocalRandom.current().nextInt(MIN_RETRY_MS, MAX_RETRY_MS);
    String last =
        "retry: %d\nevent: close\ndata: {\"code\":%d,\"reason\":\"%s\",\"reconnects\":%b}\n\n"
            .formatted(retry, code.number, code.wireName(), code.reconnects());
    response.end(last).onFailure(failure -> LOG.debug("stream: {}", failure.toString()));
  }

  @Override
  public void close() {
    closed = true;
  }

  @Override
  public boolean isClosed() {
    return closed;
  }

  @Override
  public void cut() {
    response.reset();
  }

  @Override
  public long blockedSince() {
    return blockedSince;
  }

  @Override
  public long saidAt() {
    return saidAt;
  }
}
