package dev.holdfast.loadtest.worker.ledger;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.holdfast.client.session.Cursor;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads what counts of an event frame, and nothing behind it: no tree, no text but a new epoch. One
 * for all clients of an event loop, to which it is confined; its fields are those of the last
 * event.
 */
public final class EventReader {
  private static final JsonFactory JSON = new JsonFactory();
  private static final String EVENT = "event";

  /** The type of the last frame, an event or not; none: it does not begin with one. */
  public @Nullable String type;

  /** None: it is no channel of the client's. */
  public @Nullable Kind kind;

  /** None: the event is volatile. */
  public @Nullable String epoch;

  public long seq;

  /** 0 if the data has none: no publication of ours. */
  public long number;

  /** µs, coordinator's clock. */
  long intended;

  /** µs, coordinator's clock. */
  long sent;

  private final Map<String, String> texts = new HashMap<>();
  private int members;
  private int numbers;

  /**
   * @return false if it is another frame, of which nothing was read
   * @throws IOException if it is not a JSON object
   */
  public boolean read(byte[] frame, int length, Cursors of) throws IOException {
    try (JsonParser parser = JSON.createParser(frame, 0, length)) {
      require(parser.nextToken() == JsonToken.START_OBJECT, "a frame is no JSON object");
      if (!isEvent(parser)) {
        return false;
      }
      clear();
      while (!whole() && parser.nextToken() == JsonToken.FIELD_NAME) {
        member(parser, of);
      }
      return true;
    }
  }

  /** The server writes {@code type} first. */
  private boolean isEvent(JsonParser parser) throws IOException {
    boolean typed = parser.nextToken() == JsonToken.FIELD_NAME;
    type = typed && "type".equals(parser.currentName()) ? parser.nextTextValue() : null;
    return EVENT.equals(type);
  }

  /** Returns the position of the last event; none: it is volatile. */
  public @Nullable Cursor cursor() {
    return epoch == null ? null : new Cursor(epoch, seq);
  }

  /** Returns a text of the data of an event of a run; empty if it has none of this name. */
  public String text(String name) {
    return texts.getOrDefault(name, "");
  }

  private void clear() {
    texts.clear();
    kind = null;
    epoch = null;
    seq = 0;
    number = 0;
    intended = 0;
    sent = 0;
    members = 0;
    numbers = 0;
  }

  private boolean whole() {
    return members == 3 && numbers == 3;
  }

  private void member(JsonParser parser, Cursors of) throws IOException {
    String name = parser.currentName();
    JsonToken token = parser.nextToken();
    switch (name) {
      case "channel" -> channel(parser, of);
      case "epoch" -> epoch(parser, of);
      case "seq" -> {
        seq = parser.getLongValue();
        members++;
      }
      case "data" -> data(parser, token);
      default -> parser.skipChildren();
    }
  }

  private void channel(JsonParser parser, Cursors of) throws IOException {
    char[] text = parser.getTextCharacters();
    Kind start = Kind.of(text, parser.getTextOffset(), parser.getTextLength());
    boolean own = start != null && is(of.channel(start), parser);
    kind = own ? start : null;
    members++;
  }

  private void epoch(JsonParser parser, Cursors of) throws IOException {
    String known = kind == null ? null : of.epoch(kind);
    epoch = known != null && is(known, parser) ? known : parser.getText();
    members++;
  }

  private static boolean is(@Nullable String wanted, JsonParser parser) throws IOException {
    if (wanted == null || wanted.length() != parser.getTextLength()) {
      return false;
    }
    char[] text = parser.getTextCharacters();
    int offset = parser.getTextOffset();
    for (int i = 0; i < wanted.length(); i++) {
      if (wanted.charAt(i) != text[offset + i]) {
        return false;
      }
    }
    return true;
  }

  private void data(JsonParser parser, JsonToken token) throws IOException {
    if (token != JsonToken.START_OBJECT) {
      parser.skipChildren();
      return;
    }
    while (!whole() && parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      JsonToken value = parser.nextToken();
      if (value == JsonToken.VALUE_NUMBER_INT) {
        number(name, parser.getLongValue());
      } else if (kind == Kind.RUN && value == JsonToken.VALUE_STRING) {
        texts.put(name, parser.getText());
      } else {
        parser.skipChildren();
      }
    }
  }

  private void number(String name, long value) {
    numbers++;
    switch (name) {
      case "k" -> number = value;
      case "i" -> intended = value;
      case "s" -> sent = value;
      default -> numbers--; // Another service's: nothing of ours.
    }
  }

  private static void require(boolean holds, String message) throws IOException {
    if (!holds) {
      throw new IOException(message);
    }
  }
}
