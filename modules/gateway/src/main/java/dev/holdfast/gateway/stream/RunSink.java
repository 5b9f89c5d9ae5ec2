package dev.holdfast.gateway.stream;

import dev.holdfast.core.ChannelName;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
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
final class RunSink extends ResponseSink {
  /** The id of the subscription. */
  static final String ID = "run";

  private static final Logger LOG = LoggerFactory.getLogger(RunSink.class);
  private static final Buffer KEEP = Buffer.buffer(": keep\n\n");

  private final ChannelName channel;
  private final RunFormat format;
  private final boolean ended;
  private final RunReader reader;
  private boolean said;
  private boolean skips;
  private boolean anew;

  /**
   * @param ended whether the run was over before: then the stream ends with the log
   */
  RunSink(
      HttpServerResponse response,
      ChannelName channel,
      RunFormat format,
      boolean ended,
      RunReader reader) {
    super(response, reader::drained);
    this.channel = channel;
    this.format = format;
    this.ended = ended;
    this.reader = reader;
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
    } else if (isClosed()) {
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
    close();
    reader.failed(failure);
  }

  private void end() {
    close();
    end(format.end());
  }

  private void begin() {
    if (begin(format.headers())) {
      write(KEEP); // with it the headers go out
    }
  }

  /** Lets proxies see that the stream is alive. */
  void keep() {
    if (response.headWritten() && !isClosed() && !response.ended() && !response.closed()) {
      write(KEEP);
    }
  }

  @Override
  public void gone(ChannelName name) {
    reader.gone(name);
  }
}
