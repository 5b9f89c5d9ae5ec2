package dev.holdfast.agui.ui;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.agui.Json;
import dev.holdfast.agui.patch.JsonPatch;
import dev.holdfast.core.HoldfastException;

/**
 * A document that a page shows and that patches change. There patches can't be said, so it is sent
 * whole: a small one each time, a large one when as much was changed as it is long, and at the end;
 * so what is sent stays in proportion to the patches. Not safe for several threads.
 */
final class Shown {
  private static final int SMALL = 4 * 1024;

  /** No run's state grows by more in one patch. */
  private static final int LIMIT = 64 * 1024 * 1024;

  private JsonNode document;
  private long weight;
  private long changed;

  Shown(JsonNode document) {
    this.document = document.deepCopy();
    weight = Json.weight(document);
  }

  /** Takes another document, which is to be sent. */
  void set(JsonNode other) {
    document = other.deepCopy();
    weight = Json.weight(document);
  }

  /** Changes a member of it. */
  void patchMember(String name, ArrayNode patch) {
    ObjectNode whole = (ObjectNode) document;
    document = whole.get(name);
    patch(patch);
    whole.set(name, document);
    document = whole;
  }

  /** Changes it; one that does not fit changes nothing, as for every other reader. */
  void patch(ArrayNode patch) {
    try {
      var patched = JsonPatch.apply(document, patch, LIMIT);
      document = patched.document();
      weight += patched.growth();
      changed += Json.weight(patch);
    } catch (HoldfastException e) {
      return; // no reader has it
    }
  }

  /** Returns whether it is to be sent now. */
  boolean isDue() {
    return changed > 0 && weight <= Math.max(SMALL, changed);
  }

  /** Returns whether it changed since it was sent. */
  boolean isDirty() {
    return changed > 0;
  }

  /** A copy to send. */
  JsonNode send() {
    changed = 0;
    return document.deepCopy();
  }
}
