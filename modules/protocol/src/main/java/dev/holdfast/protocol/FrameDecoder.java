package dev.holdfast.protocol;

import dev.holdfast.core.Attempt;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Names;
import dev.holdfast.core.Position;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Text → frame. Strict in what it knows (a member that stands twice, a wrong type, a number out of
 * range), indifferent to members that it does not know. {@code data} is kept as the text that the
 * client wrote. Safe on any thread; the caller limits the length of the text.
 */
public final class FrameDecoder {
  /** The channels of a session, and its own three. */
  public static final int MAX_CURSORS = 259;

  private static final int MAX_ID = 64;
  private static final int MAX_TOKEN = 16_384;
  private static final long DEFAULT_TIMEOUT = 10_000;
  private static final long MAX_TIMEOUT = 60_000;

  private static final Map<String, BiFunction<Members, @Nullable String, ClientFrame>> TYPES =
      types();

  private FrameDecoder() {}

  /** Decodes a frame. Never throws: the answer names what is wrong with the text. */
  public static Decoded decode(String text) {
    Members members = Members.empty();
    @Nullable HoldfastException refused = null;
    @Nullable ClientFrame frame = null;
    try {
      members.read(text);
      frame = frame(members);
    } catch (HoldfastException e) {
      refused = e;
    }
    String type = members.textOrNull("type", MAX_ID);
    String known = type != null && TYPES.containsKey(type) ? type : "unknown";
    return new Decoded(known, members.textOrNull("id", MAX_ID), frame, refused);
  }

  private static ClientFrame frame(Members members) {
    var reader = TYPES.get(members.text("type", MAX_ID));
    if (reader == null) {
      throw HoldfastException.withPublicMessage(
          ErrorCode.UNKNOWN_TYPE, "type: not one of this protocol");
    }
    return reader.apply(members, members.has("id") ? members.text("id", MAX_ID) : null);
  }

  private static Map<String, BiFunction<Members, @Nullable String, ClientFrame>> types() {
    Map<String, BiFunction<Members, @Nullable String, ClientFrame>> types = new HashMap<>();
    types.put("hello", (members, id) -> hello(members));
    types.put("subscribe", (members, id) -> subscribe(members, needed(id)));
    types.put("unsubscribe", (members, id) -> unsubscribe(members, needed(id)));
    types.put("publish", (members, id) -> publish(members, needed(id)));
    types.put("request", (members, id) -> request(members, needed(id)));
    types.put("ack", (members, id) -> ack(members));
    types.put("refresh", (members, id) -> refresh(members, needed(id)));
    types.put("close", (members, id) -> new ClientFrame.Close());
    types.put("ping", (members, id) -> new ClientFrame.Ping());
    types.put("pong", (members, id) -> new ClientFrame.Pong());
    return Map.copyOf(types);
  }

  private static String needed(@Nullable String id) {
    if (id == null) {
      throw Members.refusal("id: a string of 1 to " + MAX_ID + " characters");
    }
    return id;
  }

  private static ClientFrame hello(Members members) {
    String token = members.has("token") ? members.text("token", MAX_TOKEN) : null;
    String resume = members.has("resume") ? Names.id(members.text("resume", 64), "resume") : null;
    Members client = members.object("client");
    String name = client.text("name", 63) + "/" + client.text("version", 63);
    Map<ChannelName, Position> cursors = members.object("channels").cursors(MAX_CURSORS);
    boolean move = members.has("move") && members.flag("move");
    boolean kept = !members.has("keepsCursors") || members.flag("keepsCursors");
    return new ClientFrame.Hello(
        token, resume, cursors, name, attempt(client), move, kept, subscriptions(members));
  }

  private static @Nullable Map<ChannelName, ReadFrom> subscriptions(Members members) {
    if (!members.has("subscriptions")) {
      return null;
    }
    Members all = members.object("subscriptions");
    return all.byChannel(MAX_CURSORS, name -> readFrom(all, name));
  }

  private static @Nullable Attempt attempt(Members client) {
    boolean counted = client.has("instance");
    Members.require(counted == client.has("attempt"), "client: instance and attempt, or neither");
    return counted
        ? new Attempt(client.text("instance", 64), client.integer("attempt", 1, Position.MAX_SEQ))
        : null;
  }

  private static ClientFrame subscribe(Members members, String id) {
    String token = members.has("token") ? members.text("token", MAX_TOKEN) : null;
    ReadFrom from = members.has("from") ? readFrom(members, "from") : ReadFrom.LATEST;
    return new ClientFrame.Subscribe(id, members.channel("channel"), from, token);
  }

  private static ReadFrom readFrom(Members members, String name) {
    String place = members.textOrNull(name, MAX_ID);
    if ("earliest".equals(place)) {
      return ReadFrom.EARLIEST;
    }
    if ("latest".equals(place)) {
      return ReadFrom.LATEST;
    }
    if ("snapshot".equals(place)) {
      return ReadFrom.SNAPSHOT;
    }
    boolean word = place != null && place.indexOf(':') < 0;
    Members.require(!word, name + ": latest, earliest, snapshot or a cursor");
    return ReadFrom.after(members.cursor(name));
  }

  private static ClientFrame unsubscribe(Members members, String id) {
    return new ClientFrame.Unsubscribe(id, members.channel("channel"));
  }

  private static ClientFrame publish(Members members, String id) {
    boolean isVolatile = isVolatile(members);
    Members.require(!isVolatile || !members.has("n"), "n: not of a volatile publication");
    long n = isVolatile ? 0 : members.integer("n", 1, Position.MAX_SEQ);
    String event = Names.event(members.text("event", 128));
    return new ClientFrame.Publish(
        id, members.channel("channel"), event, members.raw("data"), n, isVolatile);
  }

  private static boolean isVolatile(Members members) {
    String kind = members.has("class") ? members.text("class", MAX_ID) : "durable";
    boolean isVolatile = kind.equals("volatile");
    Members.require(isVolatile || kind.equals("durable"), "class: durable or volatile");
    return isVolatile;
  }

  private static ClientFrame request(Members members, String id) {
    String service = Names.id(members.text("service", 64), "service");
    String method = Names.event(members.text("method", 128));
    long timeout =
        members.has("timeout") ? members.integer("timeout", 1, MAX_TIMEOUT) : DEFAULT_TIMEOUT;
    return new ClientFrame.Request(id, service, method, members.raw("data"), timeout);
  }

  private static ClientFrame refresh(Members members, String id) {
    return new ClientFrame.Refresh(id, members.text("token", MAX_TOKEN));
  }

  private static ClientFrame ack(Members members) {
    Members.require(members.has("cursors"), "cursors: missing");
    return new ClientFrame.Ack(members.object("cursors").cursors(MAX_CURSORS));
  }
}
