package dev.holdfast.gateway.stream;

import dev.holdfast.core.ChannelName;
import dev.holdfast.protocol.CloseCode;
import dev.holdfast.protocol.EncodedFrame;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.internal.buffer.BufferInternal;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;

/**
 * The outgoing side of a stream. Each frame is the data of one message, whose id stands for all
 * that the client has by then. All readers of a frame share its bytes; only the bytes before them
 * are this stream's own. Confined to the event loop.
 */
final class StreamWriter extends ResponseSink {
  private static final String DATA = "data: ";
  private static final ByteBuf END =
      Unpooled.unreleasableBuffer(
          Unpooled.copiedBuffer("\n\n", StandardCharsets.US_ASCII).asReadOnly());

  private static final int MIN_RETRY_MS = 500;
  private static final int MAX_RETRY_MS = 3_000;

  private final StreamCursors cursors;
  private final Consumer<ChannelName> gone;

  /**
   * @param drained called when the client takes more again
   * @param gone called with the channel of a session that no longer exists
   */
  StreamWriter(
      HttpServerResponse response,
      StreamCursors cursors,
      Runnable drained,
      Consumer<ChannelName> gone) {
    super(response, drained);
    this.cursors = cursors;
    this.gone = gone;
  }

  @Override
  public void send(EncodedFrame frame) {
    if (isClosed() || response.closed()) {
      return;
    }
    begin(Map.of());
    ByteBuf json = frame.line();
    String id = cursors.note(json) ? "id: " + cursors.id() + "\n" : "";
    ByteBuf head = Unpooled.copiedBuffer(id + DATA, StandardCharsets.US_ASCII);
    write(BufferInternal.buffer(Unpooled.wrappedBuffer(3, head, json, END.duplicate())));
  }

  @Override
  public void gone(ChannelName channel) {
    gone.accept(channel);
  }

  /**
   * Sends the last message: the reason, whether to come back, and after how long, so that clients
   * don't all come back at once.
   */
  void end(CloseCode code) {
    begin(Map.of());
    int retry = ThreadLocalRandom.current().nextInt(MIN_RETRY_MS, MAX_RETRY_MS);
    String last =
        "retry: %d\nevent: close\ndata: {\"code\":%d,\"reason\":\"%s\",\"reconnects\":%b}\n\n"
            .formatted(retry, code.number, code.wireName(), code.reconnects());
    end(Buffer.buffer(last));
  }
}
