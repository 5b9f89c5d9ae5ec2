package dev.holdfast.protocol;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import dev.holdfast.core.Caller;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Position;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Encodes the server's frames, {@code type} first. Names, epochs and identifiers are plain ASCII
 * ({@link dev.holdfast.core.Names}) and are written as they are; what a client chose freely is
 * escaped. Safe on any thread.
 */
public final class ServerFrames {
  public static final EncodedFrame PING = EncodedFrame.text("{\"type\":\"ping\"}");
  public static final EncodedFrame PONG = EncodedFrame.text("{\"type\":\"pong\"}");

  private ServerFrames() {}

  /**
   * Encodes what is stored of a publication: {@code "event":"…","data":…,"from":{…}} without braces
   * around it, so that it is written into frames as it is.
   *
   * @param dataJson one valid JSON value
   */
  public static byte[] body(String event, String dataJson, Caller from) {
    StringBuilder body = new StringBuilder(event.length() + dataJson.length() + 80);
    body.append("\"event\":\"").append(event).append("\",\"data\":").append(dataJson);
    body.append(",\"from\":{");
    if (from instanceof Caller.User user) {
      body.append("\"user\":\"").append(user.user());
    } else if (from instanceof Caller.Service service) {
      body.append("\"service\":\"").append(service.name());
    }
    return utf8(body.append("\"}"));
  }

  /**
   * A durable event.
   *
   * @param at Redis time in ms of the append
   * @param body as made by {@link #body}
   */
  public static EncodedFrame event(
      ChannelName channel, String epoch, long seq, long at, byte[] body) {
    StringBuilder head = positioned("event", channel, epoch, seq);
    return around(head.append(",\"at\":").append(at).append(','), body);
  }

  /** An event that is not stored and has no position. */
  public static EncodedFrame volatileEvent(ChannelName channel, long at, byte[] body) {
    StringBuilder head = of("event", channel).append(",\"class\":\"volatile\",\"at\":");
    return around(head.append(at).append(','), body);
  }

  /**
   * Reports that the events between {@code from} and {@code to} can't be served.
   *
   * @param reason {@code trimmed}, {@code epoch} or {@code quota}
   */
  public static EncodedFrame gap(ChannelName channel, Position from, Position to, String reason) {
    StringBuilder frame = of("gap", channel).append(",\"from\":");
    cursor(frame, from).append(",\"to\":");
    return end(cursor(frame, to).append(",\"reason\":\"").append(reason).append('"'));
  }

  /** Caught up: from here on events come as they are published. */
  public static EncodedFrame live(ChannelName channel, Position position) {
    return end(positioned("live", channel, position.epoch(), position.seq()));
  }

  /**
   * @param recovered false if a gap follows
   */
  public static EncodedFrame subscribed(ChannelName channel, Position position, boolean recovered) {
    StringBuilder frame = positioned("subscribed", channel, position.epoch(), position.seq());
    return end(frame.append(",\"recovered\":").append(recovered));
  }

  /**
   * What the events of a channel add up to; those after the position follow.
   *
   * @param dataJson one valid JSON value
   */
  public static EncodedFrame snapshot(ChannelName channel, Position position, String dataJson) {
    StringBuilder frame = positioned("snapshot", channel, position.epoch(), position.seq());
    return end(frame.append(",\"data\":").append(dataJson));
  }

  /**
   * @param code {@code requested}, {@code service}, or the name of an error
   */
  public static EncodedFrame unsubscribed(ChannelName channel, String code) {
    return end(of("unsubscribed", channel).append(",\"code\":\"").append(code).append('"'));
  }

  /**
   * Asks the client to come again at another node.
   *
   * @param after ms from now
   * @param reason {@code rebalance}
   */
  public static EncodedFrame reconnect(long after, String reason) {
    StringBuilder frame = new StringBuilder(64).append("{\"type\":\"reconnect\",\"after\":");
    return end(frame.append(after).append(",\"reason\":\"").append(reason).append('"'));
  }

  /**
   * Reports that the token ends.
   *
   * @param left ms from now
   */
  public static EncodedFrame expiring(long left) {
    return end(new StringBuilder(40).append("{\"type\":\"expiring\",\"in\":").append(left));
  }

  public static EncodedFrame welcome(Welcome welcome) {
    StringBuilder frame = new StringBuilder(256).append("{\"type\":\"welcome\"");
    frame.append(",\"session\":\"").append(welcome.session()).append('"');
    frame.append(",\"generation\":").append(welcome.generation());
    frame.append(",\"connection\":\"").append(welcome.connection()).append('"');
    frame.append(",\"node\":\"").append(welcome.node()).append('"');
    frame.append(",\"resumed\":").append(welcome.resumed());
    frame.append(",\"linger\":").append(welcome.linger());
    frame.append(",\"heartbeat\":").append(welcome.heartbeat());
    frame.append(",\"limits\":{\"frame\":").append(welcome.frameLimit());
    frame.append(",\"channels\":").append(welcome.channelLimit());
    frame.append(",\"publishRate\":").append(welcome.publishRate());
    return end(frame.append("},\"time\":").append(welcome.time()));
  }

  /**
   * @param dataJson one valid JSON value
   */
  public static EncodedFrame reply(String id, String dataJson) {
    return end(answer("reply", id).append(",\"data\":").append(dataJson));
  }

  /**
   * The answer to a {@code subscribe}: the position from which reading starts.
   *
   * @param expiresIn ms until its channel token ends; left out if it is 0
   */
  public static EncodedFrame subscribeReply(String id, Position position, long expiresIn) {
    StringBuilder frame = positionReply(id, position);
    if (expiresIn > 0) {
      frame.append(",\"expiresIn\":").append(expiresIn);
    }
    return end(frame.append('}'));
  }

  /** The answer to a durable {@code publish}. */
  public static EncodedFrame publishReply(String id, Position position, boolean duplicate) {
    return end(positionReply(id, position).append(",\"duplicate\":").append(duplicate).append('}'));
  }

  /**
   * @param id of the frame that failed; none: it is not known
   * @param retryAfter ms; left out if it is 0
   * @param expected the publisher's next number; left out if it is 0
   */
  public static EncodedFrame error(
      @Nullable String id, HoldfastException failure, long retryAfter, long expected) {
    StringBuilder frame = answer("error", id);
    frame.append(",\"code\":\"").append(failure.code().wireName()).append("\",\"message\":\"");
    JsonStringEncoder.getInstance().quoteAsString(failure.publicMessage(), frame);
    frame.append("\",\"retryable\":").append(failure.code().retryable);
    if (retryAfter > 0) {
      frame.append(",\"retryAfter\":").append(retryAfter);
    }
    if (expected > 0) {
      frame.append(",\"expected\":").append(expected);
    }
    return end(frame);
  }

  private static StringBuilder of(String type, ChannelName channel) {
    StringBuilder frame = new StringBuilder(128);
    frame.append("{\"type\":\"").append(type).append("\",\"channel\":\"").append(channel);
    return frame.append('"');
  }

  private static StringBuilder positioned(
      String type, ChannelName channel, String epoch, long seq) {
    return of(type, channel)
        .append(",\"epoch\":\"")
        .append(epoch)
        .append("\",\"seq\":")
        .append(seq);
  }

  private static StringBuilder answer(String type, @Nullable String id) {
    StringBuilder frame = new StringBuilder(128).append("{\"type\":\"").append(type).append('"');
    if (id != null) {
      frame.append(",\"id\":\"");
      JsonStringEncoder.getInstance().quoteAsString(id, frame);
      frame.append('"');
    }
    return frame;
  }

  private static StringBuilder positionReply(String id, Position position) {
    StringBuilder frame = answer("reply", id).append(",\"data\":{\"epoch\":\"");
    return frame.append(position.epoch()).append("\",\"seq\":").append(position.seq());
  }

  private static StringBuilder cursor(StringBuilder frame, Position position) {
    frame.append("[\"").append(position.epoch()).append("\",").append(position.seq());
    return frame.append(']');
  }

  private static EncodedFrame around(StringBuilder head, byte[] body) {
    byte[] json = new byte[head.length() + body.length + 1];
    for (int i = 0; i < head.length(); i++) {
      json[i] = (byte) head.charAt(i); // ASCII: see Names
    }
    System.arraycopy(body, 0, json, head.length(), body.length);
    json[json.length - 1] = '}';
    return EncodedFrame.text(json);
  }

  private static EncodedFrame end(StringBuilder frame) {
    return EncodedFrame.text(utf8(frame.append('}')));
  }

  private static byte[] utf8(StringBuilder text) {
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }
}
