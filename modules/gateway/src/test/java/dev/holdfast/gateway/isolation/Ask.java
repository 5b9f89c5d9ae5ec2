package dev.holdfast.gateway.isolation;

import java.util.Map;
import java.util.TreeMap;

/**
 * A request to try. {@code $session} and the like stand for {@link Things}.
 *
 * @param target path and query
 * @param changes whether it changes what it is asked of, or shows its owner nothing: then its owner
 *     does not try it
 */
record Ask(String target, String body, Map<String, String> headers, boolean changes) {
  static Ask of(String target) {
    return new Ask(target, "", Map.of(), false);
  }

  Ask json(String json) {
    return new Ask(target, json, headers, changes).with("content-type", "application/json");
  }

  Ask with(String header, String value) {
    Map<String, String> more = new TreeMap<>(headers);
    more.put(header, value);
    return new Ask(target, body, more, changes);
  }

  Ask changing() {
    return new Ask(target, body, headers, true);
  }

  String all() {
    return target + " " + body + " " + headers;
  }
}
