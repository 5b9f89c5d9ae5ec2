package dev.holdfast.protocol;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.JsonText;
import dev.holdfast.core.Position;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The members of one JSON object, each as the text that the client wrote: read once, whatever their
 * order, and given a type when asked for. A member that is absent is null or the default; one that
 * is there is never taken for absent, {@code null} is no exception. BAD_REQUEST names the member.
 */
final class Members {
  private static final int LONGEST_NAME = 1_024;
  private static final int MOST_DIGITS = 16;

  private static final JsonFactory JSON = JsonText.strict(JsonText.MAX_NESTING, LONGEST_NAME);

  private final String where;
  private final Map<String, Member> members = new HashMap<>();

  private record Member(JsonToken token, String raw, @Nullable String text) {}

  private Members(String where) {
    this.where = where;
  }

  /** An object to be filled by {@link #read}. */
  static Members empty() {
    return new Members("");
  }

  /** Reads the object; what was read before a failure stays readable. */
  void read(String json) {
    try (JsonParser parser = JSON.createParser(json)) {
      require(parser.nextToken() == JsonToken.START_OBJECT, "frame: not a JSON object");
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        String name = parser.currentName();
        parser.nextToken();
        members.put(name, member(parser, json));
      }
      require(parser.nextToken() == null, "frame: more than one JSON object");
    } catch (IOException e) {
      throw refusal("frame: not valid JSON, nested too deeply, or a member stands twice");
    }
  }

  private static Member member(JsonParser parser, String json) throws IOException {
    JsonToken token = parser.currentToken();
    int start = (int) parser.currentTokenLocation().getCharOffset();
    String text = token == JsonToken.VALUE_STRING ? parser.getText() : null;
    parser.skipChildren();
    parser.finishToken();
    int end = (int) parser.currentLocation().getCharOffset();
    return new Member(token, json.substring(start, end), text);
  }

  boolean has(String name) {
    return members.containsKey(name);
  }

  /** Returns the string's value; none: there is no string of 1 to {@code max} characters. */
  @Nullable String textOrNull(String name, int max) {
    Member member = members.get(name);
    String text = member == null ? null : member.text;
    return text != null && !text.isEmpty() && text.length() <= max ? text : null;
  }

  String text(String name, int max) {
    String text = textOrNull(name, max);
    if (text == null) {
      throw refusal(where + name + ": a string of 1 to " + max + " characters");
    }
    return text;
  }

  /** The JSON text as it was written. */
  String raw(String name) {
    Member member = members.get(name);
    if (member == null) {
      throw refusal(where + name + ": missing");
    }
    return member.raw;
  }

  long integer(String name, long min, long max) {
    Member member = members.get(name);
    long value = member == null ? -1 : parse(member);
    require(value >= min && value <= max, where + name + ": an integer from " + min + " to " + max);
    return value;
  }

  boolean flag(String name) {
    Member member = members.get(name);
    if (member == null || !member.token.isBoolean()) {
      throw refusal(where + name + ": true or false");
    }
    return member.token == JsonToken.VALUE_TRUE;
  }

  private static long parse(Member member) {
    String raw = member.raw;
    boolean whole = member.token == JsonToken.VALUE_NUMBER_INT;
    boolean fits = whole && raw.length() <= MOST_DIGITS && raw.charAt(0) != '-';
    return fits ? Long.parseLong(raw) : -1;
  }

  ChannelName channel(String name) {
    return ChannelName.parse(text(name, 160));
  }

  /** The object's own members; an empty object if it is absent. */
  Members object(String name) {
    Members inner = new Members(where + name + ".");
    Member member = members.get(name);
    if (member != null) {
      require(member.token == JsonToken.START_OBJECT, where + name + ": an object");
      inner.read(member.raw);
    }
    return inner;
  }

  /** A cursor: {@code [epoch, seq]}, or the text {@code "epoch:seq"}. */
  Position cursor(String name) {
    Member member = members.get(name);
    String message = where + name + ": a cursor [epoch, seq] or \"epoch:seq\"";
    if (member == null) {
      throw refusal(message);
    }
    try {
      return member.text == null ? pair(member.raw, message) : Position.parse(member.text);
    } catch (IOException | HoldfastException e) {
      throw refusal(message);
    }
  }

  private static Position pair(String raw, String message) throws IOException {
    try (JsonParser parser = JSON.createParser(raw)) {
      require(parser.nextToken() == JsonToken.START_ARRAY, message);
      require(parser.nextToken() == JsonToken.VALUE_STRING, message);
      String epoch = parser.getText();
      require(parser.nextToken() == JsonToken.VALUE_NUMBER_INT, message);
      long seq = parser.getLongValue();
      require(parser.nextToken() == JsonToken.END_ARRAY, message);
      return new Position(epoch, seq);
    }
  }

  /** All members as channel → cursor. */
  Map<ChannelName, Position> cursors(int max) {
    return byChannel(max, this::cursor);
  }

  /**
   * All members by channel.
   *
   * @param read reads the member with this name
   */
  <T> Map<ChannelName, T> byChannel(int max, Function<String, T> read) {
    require(members.size() <= max, where + " at most " + max + " channels");
    Map<ChannelName, T> all = new HashMap<>();
    members.keySet().forEach(name -> all.put(ChannelName.parse(name), read.apply(name)));
    return all;
  }

  static void require(boolean holds, String message) {
    if (!holds) {
      throw refusal(message);
    }
  }

  static HoldfastException refusal(String message) {
    return HoldfastException.withPublicMessage(ErrorCode.BAD_REQUEST, message);
  }
}
