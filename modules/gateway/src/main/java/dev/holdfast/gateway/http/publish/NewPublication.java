package dev.holdfast.gateway.http.publish;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import dev.holdfast.channels.ChannelMessage;
import dev.holdfast.channels.PublishKeyed;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Names;
import dev.holdfast.core.Position;
import dev.holdfast.gateway.http.StrictJson;

/**
 * One publication of a request, checked.
 *
 * @param key its first letter names its kind; null where there is none
 * @param publisher who numbers it, by the caller's own name; null where there is none
 * @param n its number among the publisher's of this channel; 0 where there is no publisher
 */
record NewPublication(
    ChannelName channel,
    String event,
    String data,
    String key,
    boolean isVolatile,
    String publisher,
    long n) {
  private static final int LONGEST_KEY = 255;

  NewPublication {
    require(n >= 0 && n <= Position.MAX_SEQ, "n: 1 to 2^53-1");
    require((publisher == null) == (n == 0), "publisher and n: both or neither");
    require(publisher == null || key == null, "publisher and idempotencyKey: one of them");
    require(publisher == null || !isVolatile, "publisher: none where volatile, it is not stored");
  }

  NewPublication(ChannelName channel, String event, String data, String key) {
    this(channel, event, data, key, false, null, 0);
  }

  /** As it stands in a body. */
  @JsonCreator
  static NewPublication of(
      @JsonProperty("channel") String channel,
      @JsonProperty("event") String event,
      @JsonProperty("data") @JsonDeserialize(using = StrictJson.Raw.class) String data,
      @JsonProperty("idempotencyKey") String key,
      @JsonProperty("class") String kind,
      @JsonProperty("publisher") String publisher,
      @JsonProperty("n") Long n) {
    boolean isVolatile = "volatile".equals(kind);
    require(kind == null || isVolatile || kind.equals("durable"), "class: durable or volatile");
    require(data != null, "data: missing");
    require(n == null || n > 0, "n: 1 to 2^53-1");
    ChannelName name = ChannelName.parse(channel);
    String named = key == null ? null : "k " + key(key);
    String by = publisher == null ? null : Names.id(publisher, "publisher");
    return new NewPublication(
        name, Names.event(event), data, named, isVolatile, by, n == null ? 0 : n);
  }

  static String key(String key) {
    require(
        !key.isEmpty() && key.length() <= LONGEST_KEY,
        "idempotencyKey: 1 to " + LONGEST_KEY + " characters");
    return key;
  }

  NewPublication withKey(String other) {
    return new NewPublication(channel, event, data, other, isVolatile, null, 0);
  }

  PublishKeyed.Entry entry() {
    return new PublishKeyed.Entry(key, event, data, isVolatile);
  }

  ChannelMessage.Item item() {
    return new ChannelMessage.Item(n, event, data, isVolatile);
  }

  static void require(boolean holds, String message) {
    if (!holds) {
      throw HoldfastException.withPublicMessage(ErrorCode.BAD_REQUEST, message);
    }
  }
}
