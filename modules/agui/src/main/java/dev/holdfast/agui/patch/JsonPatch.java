package dev.holdfast.agui.patch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.agui.Json;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * JSON Patch (RFC 6902) of one document, in place: all of a patch, or nothing if one of its
 * operations does not fit. What it may grow to is bounded, also on the way: copies of copies double
 * with each operation. Not safe for several threads.
 */
public final class JsonPatch {
  /** A patch with more is refused: a snapshot says it better. */
  static final int MAX_OPERATIONS = 1_000;

  /** Characters that a member has beside its name and value. */
  private static final int MEMBER = 4;

  private final int limit;
  private final Deque<Runnable> undo = new ArrayDeque<>();
  private JsonNode root;
  private long growth;
  private long copied;

  private JsonPatch(JsonNode root, int limit) {
    this.root = root;
    this.limit = limit;
  }

  /**
   * The document after the patch.
   *
   * @param growth by how much its {@link Json#weight} rose
   */
  public record Patched(JsonNode document, long growth) {}

  /**
   * Changes the document; its parts are used on in the new one.
   *
   * @param limit by how much the document's weight may rise
   * @throws HoldfastException BAD_REQUEST with the operation's index and path, or TOO_LARGE; the
   *     document is as before then
   */
  public static Patched apply(JsonNode document, ArrayNode patch, int limit) {
    JsonPatch run = new JsonPatch(document, limit);
    if (patch.size() > MAX_OPERATIONS) {
      throw refusal("more than " + MAX_OPERATIONS + " operations");
    }
    for (int i = 0; i < patch.size(); i++) {
      try {
        run.operation(patch.get(i));
        run.checkSize();
      } catch (HoldfastException e) {
        run.undo.forEach(Runnable::run);
        throw HoldfastException.withPublicMessage(e.code(), i + ": " + e.getMessage());
      }
    }
    return new Patched(run.root, run.growth);
  }

  private void checkSize() {
    if (growth > limit || copied > 2L * limit) {
      throw HoldfastException.withPublicMessage(
          ErrorCode.TOO_LARGE, "the document becomes too large");
    }
  }

  private void operation(JsonNode operation) {
    String name = operation.path("op").asText();
    JsonPointerPath path = JsonPointerPath.of(operation.path("path"));
    switch (name) {
      case "add" -> add(path, value(operation).deepCopy());
      case "remove" -> grew(-1, remove(path));
      case "replace" -> replace(path, value(operation).deepCopy());
      case "move" -> move(JsonPointerPath.of(operation.path("from")), path);
      case "copy" -> copy(JsonPointerPath.of(operation.path("from")), path);
      case "test" -> test(path, value(operation));
      default -> throw refusal("op: not one of RFC 6902");
    }
  }

  private static JsonNode value(JsonNode operation) {
    JsonNode value = operation.get("value");
    if (value == null) {
      throw refusal("value: missing");
    }
    return value;
  }

  private void add(JsonPointerPath path, JsonNode value) {
    insert(path, value);
    grew(1, value);
  }

  private void insert(JsonPointerPath path, JsonNode value) {
    checkDepth(path, value);
    if (path.isRoot()) {
      replaceRoot(value);
      return;
    }
    JsonNode parent = path.parent(root);
    if (parent instanceof ObjectNode object) {
      JsonNode old = object.replace(path.last(), value);
      if (old == null) {
        growth += path.last().length() + MEMBER;
      } else {
        grew(-1, old);
      }
      undo.push(() -> restore(object, path.last(), old));
    } else {
      ArrayNode array = (ArrayNode) parent;
      int index = path.index(array, array.size());
      array.insert(index, value);
      growth++;
      undo.push(() -> array.remove(index));
    }
  }

  /** Patches could else build, level by level, what no reader's stack holds. */
  private static void checkDepth(JsonPointerPath path, JsonNode value) {
    if (Json.isDeeper(value, Json.MAX_DEPTH - path.depth())) {
      throw refusal(path + ": nested more than " + Json.MAX_DEPTH + " deep");
    }
  }

  private void replaceRoot(JsonNode value) {
    JsonNode old = root;
    grew(-1, old);
    root = value;
    undo.push(() -> root = old);
  }

  private static void restore(ObjectNode object, String name, @Nullable JsonNode old) {
    if (old == null) {
      object.remove(name);
    } else {
      object.set(name, old);
    }
  }

  /** Takes a value out; the root leaves null behind. */
  private JsonNode remove(JsonPointerPath path) {
    JsonNode old = path.get(root);
    if (path.isRoot()) {
      root = NullNode.instance;
      undo.push(() -> root = old);
      return old;
    }
    JsonNode parent = path.parent(root);
    if (parent instanceof ObjectNode object) {
      object.remove(path.last());
      growth -= path.last().length() + MEMBER;
      undo.push(() -> object.set(path.last(), old));
    } else {
      ArrayNode array = (ArrayNode) parent;
      int index = path.index(array, array.size() - 1);
      array.remove(index);
      growth--;
      undo.push(() -> array.insert(index, old));
    }
    return old;
  }

  private void replace(JsonPointerPath path, JsonNode value) {
    checkDepth(path, value);
    if (path.isRoot()) {
      replaceRoot(value);
    } else if (path.parent(root) instanceof ArrayNode array) {
      int index = path.index(array, array.size() - 1);
      JsonNode old = array.set(index, value);
      undo.push(() -> array.set(index, old));
      grew(-1, old);
    } else {
      path.get(root);
      insert(path, value);
    }
    grew(1, value);
  }

  private void move(JsonPointerPath from, JsonPointerPath path) {
    if (path.isBelow(from)) {
      throw refusal("path: within what is moved");
    }
    insert(path, remove(from));
  }

  private void copy(JsonPointerPath from, JsonPointerPath path) {
    JsonNode source = from.get(root);
    int weight = Json.weight(source);
    copied += weight;
    growth += weight;
    checkSize();
    insert(path, source.deepCopy());
  }

  private void test(JsonPointerPath path, JsonNode expected) {
    if (!JsonEquality.same(path.get(root), expected)) {
      throw refusal("test: " + path + " has another value");
    }
  }

  private void grew(int sign, JsonNode value) {
    growth += (long) sign * Json.weight(value);
  }

  static HoldfastException refusal(String message) {
    return HoldfastException.withPublicMessage(ErrorCode.BAD_REQUEST, message);
  }
}
