package dev.holdfast.runs.service;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.runs.ThreadMessage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The newest messages of a thread's document, or those before one of them. They are cut out of it
 * as they are written: no tree is made of what is not asked for, and numbers stay as they are.
 *
 * @param messages a JSON array, the oldest first
 * @param before where the page before this one ends, if there are older messages: the id of the
 *     first of these, or {@code <n>~<id>} if that would not name it alone, the n-th of that id from
 *     the last
 * @param trimmed how many the document has lost as it was too large
 */
record MessagePage(String messages, @Nullable String before, int trimmed) {
  private static final JsonFactory JSON = new JsonFactory();
  private static final Pattern NTH = Pattern.compile("([1-9][0-9]{0,5})~(.*)", Pattern.DOTALL);

  /** Where a message stands in the document. */
  private record Place(String id, int from, int to) {}

  /**
   * Makes a page. It takes some 20 ms for a document of 4 MiB.
   *
   * @param document {@code {messages, trimmed?, …}}; empty: it has none
   * @param before none: up to the last; an id, of which the last message counts, or what another
   *     page gave; NOT_FOUND if there is no such message
   * @param limit messages; fewer if they have more bytes than the page may have
   * @param most bytes, TOO_LARGE if the first message has more alone; 0: about as many as an answer
   *     may have, but one message at least
   */
  static MessagePage of(byte[] document, @Nullable String before, int limit, int most) {
    List<Place> places = new ArrayList<>();
    int trimmed = document.length == 0 ? 0 : read(document, places);
    int end = before == null ? places.size() : index(places, before);
    int from = end;
    long bytes = 0;
    while (from > 0 && end - from < limit) {
      Place next = places.get(from - 1);
      bytes += next.to - next.from;
      if (bytes > (most == 0 ? ThreadMessage.MOST_BYTES : most) && (most > 0 || from < end)) {
        break;
      }
      from--;
    }
    if (from == end && end > 0) {
      throw HoldfastException.withPublicMessage(
          ErrorCode.TOO_LARGE, "messages: one has more than " + most + " bytes");
    }
    return new MessagePage(
        text(document, places.subList(from, end)), from > 0 ? name(places, from) : null, trimmed);
  }

  /** Names a message so that no other is found, though clients may give an id twice. */
  private static String name(List<Place> places, int at) {
    String id = places.get(at).id;
    int nth = 1;
    for (Place later : places.subList(at + 1, places.size())) {
      nth += later.id.equals(id) ? 1 : 0;
    }
    return nth == 1 && !id.isEmpty() && !NTH.matcher(id).matches() ? id : nth + "~" + id;
  }

  /** Counts from the last: what is added meanwhile lets a page come twice, and leaves none out. */
  private static int index(List<Place> places, String named) {
    Matcher nth = NTH.matcher(named);
    int found = nth.matches() ? index(places, nth.group(2), Integer.parseInt(nth.group(1))) : -1;
    found = found < 0 ? index(places, named, 1) : found;
    if (found < 0) {
      throw HoldfastException.withPublicMessage(
          ErrorCode.NOT_FOUND, "before: the thread has no such message any more");
    }
    return found;
  }

  private static int index(List<Place> places, String id, int nth) {
    int left = nth;
    for (int i = places.size() - 1; i >= 0; i--) {
      if (places.get(i).id.equals(id) && --left == 0) {
        return i;
      }
    }
    return -1;
  }

  private static String text(byte[] document, List<Place> places) {
    StringBuilder text = new StringBuilder("[");
    for (Place one : places) {
      text.append(text.length() > 1 ? "," : "");
      text.append(new String(document, one.from, one.to - one.from, StandardCharsets.UTF_8));
    }
    return text.append("]").toString();
  }

  /** Notes where the messages are; returns what is said of those that are not. */
  private static int read(byte[] document, List<Place> places) {
    int trimmed = 0;
    try (JsonParser json = JSON.createParser(document)) {
      json.nextToken();
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String name = json.currentName();
        json.nextToken();
        if (name.equals("trimmed")) {
          trimmed = json.getIntValue();
        } else if (name.equals("messages")) {
          while (json.nextToken() == JsonToken.START_OBJECT) {
            places.add(place(json));
          }
        } else {
          json.skipChildren();
        }
      }
      return trimmed;
    } catch (IOException e) {
      throw new UncheckedIOException("a thread's document is JSON", e);
    }
  }

  private static Place place(JsonParser json) throws IOException {
    int from = (int) json.currentTokenLocation().getByteOffset();
    String id = "";
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      boolean names = json.currentName().equals("id");
      json.nextToken();
      if (names && json.currentToken() == JsonToken.VALUE_STRING) {
        id = json.getText();
      } else {
        json.skipChildren();
      }
    }
    return new Place(id, from, (int) json.currentLocation().getByteOffset());
  }
}
