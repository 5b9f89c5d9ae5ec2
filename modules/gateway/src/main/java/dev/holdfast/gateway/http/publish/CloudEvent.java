package dev.holdfast.gateway.http.publish;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.JsonText;
import dev.holdfast.core.Names;
import dev.holdfast.gateway.http.ApiRequest;
import dev.holdfast.gateway.http.MediaTypes;
import dev.holdfast.gateway.http.Problem;
import dev.holdfast.gateway.http.StrictJson;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A CloudEvent 1.0 with JSON data, whose text is kept as it was sent. {@code type} is the event's
 * name; the extension {@code channel}, or else {@code subject}, names the channel; {@code source}
 * and {@code id} are the idempotency key. Other attributes are ignored.
 */
record CloudEvent(ChannelName channel, String event, String data, String key) {
  private static final int LONGEST_ID = 255;
  private static final int LONGEST_SOURCE = 512;

  /** Reads an event in structured mode. */
  @JsonCreator
  @JsonIgnoreProperties(ignoreUnknown = true)
  static CloudEvent of(Members members) {
    NewPublication.require(members.base64() == null, "data_base64: not taken, data has to be JSON");
    return of(members, members.data());
  }

  /** The attributes in their JSON form. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  record Members(
      @Nullable String specversion,
      @Nullable String id,
      @Nullable String source,
      @Nullable String type,
      @Nullable String subject,
      @Nullable String channel,
      @Nullable String datacontenttype,
      @JsonDeserialize(using = StrictJson.Raw.class) @Nullable String data,
      @JsonProperty("data_base64") @Nullable String base64) {}

  /** Reads an event in binary mode: attributes as headers, data as the body. */
  static CloudEvent binary(ApiRequest request) {
    Members members =
        new Members(
            attribute(request, "specversion"),
            attribute(request, "id"),
            attribute(request, "source"),
            attribute(request, "type"),
            attribute(request, "subject"),
            attribute(request, "channel"),
            null,
            null,
            null);
    String data = StrictJson.text(request.body());
    // The body is the data alone, and nobody has checked it yet.
    NewPublication.require(
        JsonText.isValue(data), "publications[0].data: not one JSON value, or too deep");
    return of(members, data);
  }

  NewPublication publication() {
    return new NewPublication(channel, event, data, key);
  }

  private static CloudEvent of(Members members, @Nullable String data) {
    NewPublication.require("1.0".equals(members.specversion()), "specversion: 1.0");
    String id = bounded("id", members.id(), LONGEST_ID);
    String source = bounded("source", members.source(), LONGEST_SOURCE);
    NewPublication.require(isJson(members.datacontenttype()), "datacontenttype: JSON");
    String known = NewPublication.needed(data, "data: missing");
    String channel = members.channel() == null ? members.subject() : members.channel();
    channel = NewPublication.needed(channel, "channel, or subject: missing");
    String event = Names.event(members.type());
    return new CloudEvent(ChannelName.parse(channel), event, known, "c " + source + " " + id);
  }

  private static String bounded(String name, @Nullable String value, int longest) {
    String wrong = name + ": 1 to " + longest + " characters";
    String text = NewPublication.needed(value, wrong);
    NewPublication.require(!text.isEmpty() && text.length() <= longest, wrong);
    return text;
  }

  private static boolean isJson(@Nullable String type) {
    String bare = type == null ? "application/json" : MediaTypes.bare(type);
    return bare.equals("application/json") || bare.equals("text/json") || bare.endsWith("+json");
  }

  /** Returns an attribute, percent-decoded as in the HTTP binding; a plus sign stays one. */
  private static @Nullable String attribute(ApiRequest request, String name) {
    String value = request.header("ce-" + name);
    try {
      return value == null
          ? null
          : URLDecoder.decode(value.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw Problem.badRequest("ce-" + name + ": not percent-encoded");
    }
  }
}
