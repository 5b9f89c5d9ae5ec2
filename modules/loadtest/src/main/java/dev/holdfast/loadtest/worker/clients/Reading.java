package dev.holdfast.loadtest.worker.clients;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.loadtest.worker.ledger.Cursors;
import dev.holdfast.loadtest.worker.ledger.EventReader;
import dev.holdfast.loadtest.worker.ledger.Kind;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The reading side of a client: its cursors, its live channels, and its topic's subscription.
 * Confined to one event loop.
 */
final class Reading {
  private static final String SUBSCRIBE = "topic";

  final Cursors cursors = new Cursors();
  private final @Nullable String topic;
  private final Set<Kind> wanted;
  private final Set<Kind> live = EnumSet.noneOf(Kind.class);
  private boolean subscribed;
  private boolean asking;
  private boolean refused;

  /**
   * @param topic its topic, if its group reads any
   */
  Reading(@Nullable String topic) {
    this.topic = topic;
    this.wanted = EnumSet.of(Kind.TENANT, Kind.USER, Kind.SESSION);
    if (topic != null) {
      wanted.add(Kind.TOPIC);
    }
  }

  boolean allLive() {
    return live.size() == wanted.size();
  }

  /** The connection is lost. */
  void stopped() {
    live.clear();
    asking = false;
  }

  /** Another session took the place of the one that was asked for. */
  void restarted() {
    cursors.forget(Kind.SESSION);
    subscribed = false;
  }

  /** Returns the frame that is to be sent now, once, if there is one. */
  @Nullable String subscribe() {
    if (topic == null || subscribed || asking || refused) {
      return null;
    }
    asking = true;
    ObjectNode frame = Frames.frame("subscribe").put("id", SUBSCRIBE).put("channel", topic);
    if (cursors.has(Kind.TOPIC)) {
      cursors.write(Kind.TOPIC, frame.putArray("from"));
    }
    return frame.toString();
  }

  void subscribed(JsonNode frame) {
    String channel = frame.path("channel").asText();
    Kind kind = Kind.of(channel);
    if (kind == null || (kind == Kind.TOPIC && !channel.equals(topic))) {
      return;
    }
    cursors.name(kind, channel);
    subscribed |= kind == Kind.TOPIC;
    if (!cursors.has(kind)) {
      moved(kind, frame);
    }
  }

  /** Returns the kind of the channel; none: it is no channel of this client's. */
  @Nullable Kind live(JsonNode frame) {
    Kind kind = kind(frame);
    if (kind != null) {
      moved(kind, frame);
      live.add(kind);
    }
    return kind;
  }

  /** Returns the kind of the channel; none: it is no channel of this client's. */
  @Nullable Kind gap(JsonNode frame) {
    Kind kind = kind(frame);
    if (kind != null) {
      JsonNode to = frame.path("to");
      cursors.move(kind, to.path(0).asText(), to.path(1).asLong());
    }
    return kind;
  }

  void event(EventReader event) {
    if (event.kind != null && event.epoch != null) {
      cursors.move(event.kind, event.epoch, event.seq);
    }
  }

  /**
   * Takes a frame {@code error} or {@code unsubscribed}.
   *
   * @return whether it is worth a report
   */
  boolean refused(JsonNode frame) {
    ErrorCode code = code(frame.path("code").asText());
    if (SUBSCRIBE.equals(frame.path("id").asText())) {
      asking = false;
      subscribed |= code == ErrorCode.CONFLICT;
      refused = !subscribed && !code.retryable;
      return !subscribed;
    }
    boolean ofTopic = topic != null && topic.equals(frame.path("channel").asText());
    subscribed &= !ofTopic;
    asking &= !ofTopic;
    refused |= ofTopic && !code.retryable;
    return ofTopic || kind(frame) != null || !frame.has("channel");
  }

  private @Nullable Kind kind(JsonNode frame) {
    String channel = frame.path("channel").asText();
    Kind kind = Kind.of(channel);
    return kind != null && channel.equals(cursors.channel(kind)) ? kind : null;
  }

  private void moved(Kind kind, JsonNode frame) {
    cursors.move(kind, frame.path("epoch").asText(), frame.path("seq").asLong());
  }

  private static ErrorCode code(String name) {
    for (ErrorCode code : ErrorCode.values()) {
      if (code.wireName().equals(name)) {
        return code;
      }
    }
    return ErrorCode.BAD_REQUEST;
  }
}
