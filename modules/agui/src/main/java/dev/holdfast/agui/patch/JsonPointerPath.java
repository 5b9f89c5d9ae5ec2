package dev.holdfast.agui.patch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.holdfast.agui.Json;
import java.util.ArrayList;
import java.util.List;

/**
 * A JSON Pointer (RFC 6901) as JSON Patch uses it. Names that reach a JavaScript object's prototype
 * are refused, for its readers refuse them too.
 */
final class JsonPointerPath {
  private final String text;
  private final List<String> tokens;

  private JsonPointerPath(String text, List<String> tokens) {
    this.text = text;
    this.tokens = tokens;
  }

  static JsonPointerPath of(JsonNode value) {
    String text = value.isTextual() ? value.textValue() : null;
    if (text == null || !Json.isPointer(text)) {
      throw JsonPatch.refusal("path, from: a JSON Pointer");
    }
    List<String> tokens = new ArrayList<>();
    for (int start = 1; start <= text.length(); ) {
      int slash = text.indexOf('/', start);
      int end = slash < 0 ? text.length() : slash;
      tokens.add(unescape(text.substring(start, end)));
      start = end + 1;
    }
    JsonPointerPath path = new JsonPointerPath(text, tokens);
    path.checkNames();
    return path;
  }

  private static String unescape(String token) {
    return token.indexOf('~') < 0 ? token : token.replace("~1", "/").replace("~0", "~");
  }

  private void checkNames() {
    for (int i = 0; i < tokens.size(); i++) {
      boolean prototype =
          tokens.get(i).equals("prototype") && i > 0 && tokens.get(i - 1).equals("constructor");
      if (prototype || tokens.get(i).equals("__proto__")) {
        throw JsonPatch.refusal(text + ": a reserved name");
      }
    }
  }

  boolean isRoot() {
    return tokens.isEmpty();
  }

  int depth() {
    return tokens.size();
  }

  String last() {
    return tokens.get(tokens.size() - 1);
  }

  /** Returns whether this names something inside of what the other names. */
  boolean isBelow(JsonPointerPath other) {
    return tokens.size() > other.tokens.size()
        && tokens.subList(0, other.tokens.size()).equals(other.tokens);
  }

  /** The value; refused if there is none. */
  JsonNode get(JsonNode root) {
    return down(root, tokens.size());
  }

  /** The object or array that the last token is of. */
  JsonNode parent(JsonNode root) {
    JsonNode parent = down(root, tokens.size() - 1);
    if (!parent.isContainerNode()) {
      throw JsonPatch.refusal(text + ": nothing there");
    }
    return parent;
  }

  private JsonNode down(JsonNode root, int depth) {
    JsonNode at = root;
    for (int i = 0; i < depth; i++) {
      String token = tokens.get(i);
      JsonNode next =
          at instanceof ArrayNode array ? array.get(index(token, array.size())) : at.get(token);
      if (next == null) {
        throw JsonPatch.refusal(text + ": nothing there");
      }
      at = next;
    }
    return at;
  }

  /**
   * The last token as an index from 0 to {@code max}; {@code -} is the place behind the last
   * element.
   */
  int index(ArrayNode array, int max) {
    int index = last().equals("-") ? array.size() : index(last(), array.size());
    if (index > max) {
      throw JsonPatch.refusal(text + ": nothing there");
    }
    return index;
  }

  private int index(String token, int size) {
    boolean digits = !token.isEmpty() && token.chars().allMatch(c -> c >= '0' && c <= '9');
    if (!digits || token.length() > 1 && token.charAt(0) == '0') {
      throw JsonPatch.refusal(text + ": not an index");
    }
    return token.length() > 9 ? size + 1 : Integer.parseInt(token);
  }

  @Override
  public String toString() {
    return text.isEmpty() ? "the document" : text;
  }
}
