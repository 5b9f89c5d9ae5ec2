package dev.holdfast.gateway.http;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import dev.holdfast.channels.PublishKeyed;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.Names;

/**
 * One publication of a request, checked.
 *
 * @param key told apart from those of other kinds by its first letter; null where there is none
 */
record NewPublication(
    ChannelName channel, String event, String data, String key, boolean isVolatile) {
  private static final int LONGEST_KEY = 255;

  /** As it stands in a body. */
  @JsonCreator
  static NewPublication of(
      @JsonProperty("channel") String channel,
      @JsonProperty("event") String event,
      @JsonProperty("data") @JsonDeserialize(using = StrictJson.Raw.class) String data,
      @JsonProperty("idempotencyKey") String key,
      @JsonProperty("class") String kind) {
    boolean isVolatile = "volatile".equals(kind);
    require(kind == null || isVolatile || kind.equals("durable"), "class: durable or volatile");
    require(data != null, "data: missing");
    ChannelName name = ChannelName.parse(channel);
    String named = key == null ? null : "k " + key(key);
    return new NewPublication(name, Names.event(event), data, named, isVolatile);
  }

  static String key(String key) {
    require(
        !key.isEmpty() && key.length() <= LONGEST_KEY,
        "idempotencyKey: 1 to " + LONGEST_KEY + " characters");
    return key;
  }

  NewPublication withKey(String other) {
    return new NewPublication(channel, event, data, other, isVolatile);
  }

  PublishKeyed.Entry entry() {
    return new PublishKeyed.Entry(key, event, data, isVolatile);
  }

  static void require(boolean holds, String message) {
    if (!holds) {
      throw dev.holdfast.core.HoldfastException.told(
          dev.holdfast.core.ErrorCode.BAD_REQUEST, message);
    }
  }
}
