package dev.holdfast.gateway.stream;

import dev.holdfast.core.ChannelName;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.gateway.connection.ClientSink;
import dev.holdfast.protocol.EncodedFrame;
import dev.holdfast.protocol.ServerFrames;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The outgoing side of a run's stream: writes what concerns the run, in its reader's words, and
 * ends the response behind the run's end. Confined to the event loop.
 */
final class RunSink implements ClientSink {
  /** The id of the subscription. */
  static final String ID = "run";

  private static final Logger LOG = LoggerFactory.getLogger(RunSink.class);
  private static final Buffer KEEP = Buffer.buffer(": keep\n\n");

  private final HttpServerResponse response;
  private final ChannelName channel;
  private final RunFormat format;
  private final boolean ended;
  private final RunReader reader;
  private volatile boolean closed;
  private boolean said;
  private boolean skips;
  private boolean anew;
  private long blockedSince;
  private long saidAt = System.nanoTime();

  /**
   * @param ended whether the run was over before: then the stream ends with the log
   */
  RunSink(
      HttpServerResponse response,
      ChannelName channel,
      RunFormat format,
      boolean ended,
      RunReader reader) {
    this.response = response;
    this.channel = channel;
    this.format = format;
    this.ended = ended;
    this.reader = reader;
    response.drainHandler(
        taken -> {
          blockedSince = 0;
          reader.drained();
        });
  }

  @Override
  public boolean writable() {
    return !closed && !response.writeQueueFull();
  }

  @Override
  public void send(EncodedFrame encoded) {
    if (encoded == ServerFrames.PING) {
      return;
    }
    RunFrame frame = RunFrame.read(encoded.line());
    boolean isError = frame.type().equals("error");
    if (response.ended() || response.closed()) {
      if (isError) {
        reader.left();
      }
    } else if (closed) {
      LOG.trace("{} comes late", frame.type());
    } else if (isError && frame.member("id").equals(ID)) {
      failed(frame);
    } else if (frame.member("channel").equals(channel.toString())) {
      ofRun(frame);
    }
  }

  private void ofRun(RunFrame frame) {
    switch (frame.type()) {
      case "subscribed" -> {
        skips = false;
        begin();
      }
      case "snapshot", "event" -> say(frame);
      case "gap" -> gap(frame);
      case "live" -> {
        if (ended && !skips) {
          end();
        }
      }
      case "unsubscribed" -> {
        if (!skips) {
          failed(frame);
        }
      }
      default -> {}
    }
  }

  private void say(RunFrame frame) {
    if (skips) {
      return;
    }
    Buffer text = frame.type().equals("event") ? format.event(frame) : format.snapshot(frame);
    if (text == null) {
      fail(new HoldfastException(ErrorCode.UNAVAILABLE, "to be read anew"));
      return;
    }
    said = true;
    write(text);
    if (frame.endsRun()) {
      end();
    }
  }

  /** Goes on from a snapshot, once: a reader who falls behind all the time had better come back. */
  private void gap(RunFrame frame) {
    if (skips) {
      return;
    }
    write(format.gap(frame));
    if (anew || said && !format.takesSnapshots()) {
      fail(new HoldfastException(ErrorCode.UNAVAILABLE, "events are gone"));
    } else {
      anew = true;
      skips = true;
      reader.anew();
    }
  }

  /** Another's run is answered as what never was. */
  private void failed(RunFrame frame) {
    String name = frame.member("code");
    ErrorCode code = ErrorCode.UNAVAILABLE;
    for (ErrorCode each : ErrorCode.values()) {
      code = each.wireName().equals(name) ? each : code;
    }
    fail(
        code == ErrorCode.FORBIDDEN || code == ErrorCode.NOT_FOUND
            ? HoldfastException.withPublicMessage(ErrorCode.NOT_FOUND, "run: not found")
            : new HoldfastException(code, frame.member("message")));
  }

  private void fail(HoldfastException failure) {
    closed = true;
    reader.failed(failure);
  }

  private void end() {
    closed = true;
    response.end(format.end()).onFailure(RunSink::notTaken);
  }

  private void begin() {
    if (response.headWritten()) {
      return;
    }
    response
        .setChunked(true)
        .putHeader("content-type", "text/event-stream")
        .putHeader("cache-control", "no-store")
        .putHeader("x-accel-buffering", "no");
    format.headers().forEach(response::putHeader);
    write(KEEP); // with it the headers go out
  }

  /** Lets proxies see that the stream is alive. */
  void keep() {
    if (response.headWritten() && !closed && !response.ended() && !response.closed()) {
      write(KEEP);
    }
  }

  private void write(Buffer text) {
    saidAt = System.nanoTime();
    if (text.length() > 0) {
      response.write(text).onFailure(RunSink::notTaken);
    }
    if (response.writeQueueFull() && blockedSince == 0) {
      blockedSince = System.nanoTime() | 1;
    }
  }

  private static void notTaken(Throwable failure) {
    LOG.debug("stream of a run: {}", failure.toString());
  }

  @Override
  public void gone(ChannelName name) {
    reader.gone(name);
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
