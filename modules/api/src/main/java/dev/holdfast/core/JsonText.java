package dev.holdfast.core;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;

/** JSON that is passed on as text, without being taken apart. Safe on any thread. */
public final class JsonText {
  /** The deepest value; more is refused, as a reader's stack is not the sender's to use. */
  public static final int MAX_NESTING = 64;

  private static final int LONGEST_NUMBER = 1_000;

  private static final JsonFactory STRICT =
      strict(MAX_NESTING, StreamReadConstraints.DEFAULT_MAX_NAME_LEN);

  private JsonText() {}

  /**
   * Makes what reads JSON strictly: no member twice, numbers of at most 1,000 characters.
   *
   * @param nesting how deep it may be nested
   * @param longestName characters of a member's name
   */
  public static JsonFactory strict(int nesting, int longestName) {
    return JsonFactory.builder()
        .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
        .streamReadConstraints(
            StreamReadConstraints.builder()
                .maxNestingDepth(nesting)
                .maxNumberLength(LONGEST_NUMBER)
                .maxNameLength(longestName)
                .build())
        .build();
  }

  /**
   * Returns whether the text is exactly one JSON value, nested at most {@link #MAX_NESTING} deep,
   * no member twice.
   */
  public static boolean isValue(String text) {
    try (JsonParser parser = STRICT.createParser(text)) {
      JsonToken first = parser.nextToken();
      if (first == null) {
        return false;
      }
      parser.skipChildren();
      return parser.currentToken() != null && parser.nextToken() == null;
    } catch (IOException e) {
      return false;
    }
  }
}
