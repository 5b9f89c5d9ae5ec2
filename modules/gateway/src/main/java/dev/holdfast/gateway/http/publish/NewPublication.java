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
import org.jspecify.annotations.Nullable;

/**
 * One checked publication of a request.
 *
 * @param key recognises a repetition; its first letter names its kind
 * @param publisher the one that numbers it, named by the caller
 * @param n its number among the publisher's of this channel; 0 without a publisher
 */
record NewPublication(
    ChannelName channel,
    String event,
    String data,
    @Nullable String key,
    boolean isVolatile,
    @Nullable String publisher,
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

  /** Reads a publication in the form of a body. */
  @JsonCreator
  static NewPublication of(
      @JsonProperty("channel") @Nullable String channel,
      @JsonProperty("event") @Nullable String event,
      @JsonProperty("data") @JsonDeserialize(using = StrictJson.Raw.class) @Nullable String data,
      @JsonProperty("idempotencyKey") @Nullable String key,
      @JsonProperty("class") @Nullable String kind,
      @JsonProperty("publisher") @Nullable String publisher,
      @JsonProperty("n") @Nullable Long n) {
    boolean isVolatile = "volatile".equals(kind);
    require(kind == null || isVolatile || kind.equals("durable"), "class: durable or volatile");
    String known = needed(data, "data: missing");
    require(n == null || n > 0, "n: 1 to 2^53-1");
    ChannelName name = ChannelName.parse(channel);
    String named = key == null ? null : "k " + key(key);
    String by = publisher == null ? null : Names.id(publisher, "publisher");
    return new NewPublication(
        name, Names.event(event), known, named, isVolatile, by, n == null ? 0 : n);
  }

  static String key(String key) {
    require(
        !key.isEmpty() && key.length() <= LONGEST_KEY,
        "idempotencyKey: 1 to " + LONGEST_KEY + " characters");
    return key;
  }

  /** Whether Redis begins to keep its publisher's name with it. */
  boolean isFirst() {
    return n == 1;
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

  static <T> T needed(@Nullable T value, String message) {
    if (value == null) {
      throw HoldfastException.withPublicMessage(ErrorCode.BAD_REQUEST, message);
    }
    return value;
  }

  static void require(boolean holds, String message) {
    if (!holds) {
      throw HoldfastException.withPublicMessage(ErrorCode.BAD_REQUEST, message);
    }
  }
}
