package dev.holdfast.gateway.stream;

import dev.holdfast.gateway.connection.ClientSink;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The outgoing side of a stream of server-sent events, whatever is written to it. Confined to the
 * event loop, except for {@link #isClosed} and {@link #close}.
 */
abstract class ResponseSink implements ClientSink {
  private static final Logger LOG = LoggerFactory.getLogger(ResponseSink.class);

  final HttpServerResponse response;
  private volatile boolean closed;
  private long blockedSince;
  private long written;

  /** Bytes of the write that the client did not take, and of those since. */
  private long waiting;

  private long saidAt = System.nanoTime();

  /**
   * @param drained called when the client takes more again
   */
  ResponseSink(HttpServerResponse response, Runnable drained) {
    this.response = response;
    response.drainHandler(
        taken -> {
          blockedSince = 0;
          waiting = 0;
          drained.run();
        });
  }

  /**
   * Sets the headers, unless they have gone out. They go out with what is written first.
   *
   * @param more headers besides those of any stream
   * @return whether they were set
   */
  final boolean begin(Map<String, String> more) {
    if (response.headWritten()) {
      return false;
    }
    response
        .setChunked(true)
        .putHeader("content-type", "text/event-stream")
        .putHeader("cache-control", "no-store")
        .putHeader("x-accel-buffering", "no");
    more.forEach(response::putHeader);
    return true;
  }

  final void write(Buffer text) {
    saidAt = System.nanoTime();
    written += text.length();
    if (text.length() > 0) {
      response.write(text).onFailure(ResponseSink::notTaken);
    }
    if (response.writeQueueFull()) {
      blockedSince = blockedSince == 0 ? System.nanoTime() | 1 : blockedSince;
      waiting += text.length();
    }
  }

  /** Writes the last text; may be empty. */
  final void end(Buffer last) {
    response.end(last).onFailure(ResponseSink::notTaken);
  }

  private static void notTaken(Throwable failure) {
    LOG.debug("stream: {}", failure.toString());
  }

  @Override
  public final boolean writable() {
    return !closed && !response.writeQueueFull();
  }

  @Override
  public final void close() {
    closed = true;
  }

  @Override
  public final boolean isClosed() {
    return closed;
  }

  @Override
  public final void cut() {
    response.reset();
  }

  @Override
  public final long written() {
    return written;
  }

  @Override
  public final long blockedSince() {
    return blockedSince;
  }

  @Override
  public final long waiting() {
    return waiting;
  }

  @Override
  public final long saidAt() {
    return saidAt;
  }
}
