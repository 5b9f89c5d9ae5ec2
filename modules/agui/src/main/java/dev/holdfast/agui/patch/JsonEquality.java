package dev.holdfast.agui.patch;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Iterator;

/** Compares two JSON values as RFC 6902 has it: numbers by value, 1 is 1.0. */
final class JsonEquality {
  private JsonEquality() {}

  static boolean same(JsonNode one, JsonNode other) {
    if (one.isNumber() && other.isNumber()) {
      return one.decimalValue().compareTo(other.decimalValue()) == 0;
    }
    if (one.getNodeType() != other.getNodeType() || one.size() != other.size()) {
      return false;
    }
    if (one.isObject()) {
      return sameMembers(one, other);
    }
    return one.isArray() ? sameElements(one, other) : one.equals(other);
  }

  private static boolean sameMembers(JsonNode one, JsonNode other) {
    for (var member : one.properties()) {
      JsonNode value = other.get(member.getKey());
      if (value == null || !same(member.getValue(), value)) {
        return false;
      }
    }
    return true;
  }

  private static boolean sameElements(JsonNode one, JsonNode other) {
    Iterator<JsonNode> others = other.iterator();
    for (JsonNode element : one) {
      if (!same(element, others.next())) {
        return false;
      }
    }
    return true;
  }
}
