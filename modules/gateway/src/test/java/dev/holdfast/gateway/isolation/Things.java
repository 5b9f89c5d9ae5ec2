package dev.holdfast.gateway.isolation;

import dev.holdfast.core.Ids;
import dev.holdfast.gateway.http.HttpFixture;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * The names by which things are asked for: {@code $session} in a request stands for the value under
 * {@code session}. Immutable.
 */
record Things(Map<String, String> values) {
  Things {
    values = Map.copyOf(values);
  }

  /** Returns things of the same kinds, of the same length, that never were. */
  Things neverWere() {
    Map<String, String> others = new LinkedHashMap<>();
    values.forEach((kind, value) -> others.put(kind, otherThan(value)));
    others.put("generation", values.get("generation")); // a number, as any
    others.put("bearer", HttpFixture.tokenOf(others.get("tenant"), others.get("user")));
    String topic = "topic:" + others.get("topic");
    others.put(
        "grant", HttpFixture.channelTokenOf(others.get("tenant"), others.get("user"), topic));
    return new Things(others).withLastEvent();
  }

  private static String otherThan(String value) {
    StringBuilder other = new StringBuilder(value);
    String fresh = (Ids.fresh() + Ids.fresh()).replaceAll("[_-]", "x");
    for (int i = 1; i < other.length(); i++) {
      other.setCharAt(i, fresh.charAt(i % fresh.length()));
    }
    return other.toString();
  }

  Things with(String kind, String value) {
    Map<String, String> more = new LinkedHashMap<>(values);
    more.put(kind, value);
    return new Things(more);
  }

  Things without(String kind) {
    Map<String, String> less = new LinkedHashMap<>(values);
    less.remove(kind);
    return new Things(less);
  }

  /** Adds the id of a last event, as a stream of the session would have given it. */
  Things withLastEvent() {
    String text = fill("1\n$session\ntopic:$topic $epoch:0");
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    return with("lastEvent", Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
  }

  /** Changes those that a request asks for. */
  Things changed(String request, UnaryOperator<String> change) {
    Map<String, String> changed = new LinkedHashMap<>(values);
    of(request).values.forEach((kind, value) -> changed.put(kind, change.apply(value)));
    return new Things(changed);
  }

  /** Returns those that a request asks for. */
  Things of(String request) {
    String all = request.replace("$lastEvent", "$lastEvent $session $topic $epoch");
    Map<String, String> asked = new LinkedHashMap<>(values);
    asked.keySet().removeIf(kind -> !all.contains("$" + kind));
    return new Things(asked);
  }

  String get(String kind) {
    return values.get(kind);
  }

  /** Writes the values into a request. */
  String fill(String text) {
    String filled = text;
    for (var thing : sorted(Map.Entry::getKey)) {
      filled = filled.replace("$" + thing.getKey(), thing.getValue());
    }
    return filled;
  }

  /** Writes the kinds into an answer, where it names what was asked for. */
  String hide(String text) {
    String hidden = text;
    for (var thing : sorted(Map.Entry::getValue)) {
      hidden = hidden.replace(thing.getValue(), "$" + thing.getKey());
    }
    return hidden;
  }

  /** Returns the longest first: none is taken for a part of another. */
  private List<Map.Entry<String, String>> sorted(Function<Map.Entry<String, String>, String> by) {
    Comparator<Map.Entry<String, String>> length = Comparator.comparing(e -> by.apply(e).length());
    return values.entrySet().stream().sorted(length.reversed()).toList();
  }
}
