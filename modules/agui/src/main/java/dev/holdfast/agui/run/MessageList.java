package dev.holdfast.agui.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.agui.Json;
import dev.holdfast.agui.Message;
import dev.holdfast.agui.StateEvent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A thread's messages in order, found by id; of several with one id the first is found. It owns
 * copies of what it takes. Not safe for several threads.
 */
final class MessageList {
  /** A tool call and the message that carries it. */
  record Call(Growing call, Growing message) {}

  private final List<Growing> order = new ArrayList<>();
  private final Map<String, Growing> byId = new HashMap<>();
  private final Map<String, Call> calls = new HashMap<>();
  private long weight = 2;

  @Nullable Growing find(String id) {
    return byId.get(id);
  }

  @Nullable Call call(String toolCallId) {
    return calls.get(toolCallId);
  }

  Growing append(ObjectNode message) {
    return insert(order.size(), message);
  }

  private Growing insert(int at, ObjectNode message) {
    Growing entry = Growing.message(message);
    order.add(at, entry);
    weight += 1 + entry.weight();
    index(entry);
    return entry;
  }

  private void index(Growing entry) {
    byId.putIfAbsent(entry.id(), entry);
    if (!entry.role().equals("assistant")) {
      return;
    }
    for (JsonNode call : entry.rest().path("toolCalls")) {
      calls.putIfAbsent(call.path("id").asText(), new Call(Growing.call((ObjectNode) call), entry));
    }
  }

  /** Behind the message that made the call and its other results; at the end without one. */
  void addResult(String toolCallId, ObjectNode message) {
    Call call = calls.get(toolCallId);
    int at = call == null ? -1 : order.lastIndexOf(call.message());
    if (at < 0) {
      append(message);
      return;
    }
    at++;
    while (at < order.size() && order.get(at).role().equals("tool")) {
      at++;
    }
    insert(at, message);
  }

  void addCall(Growing message, ObjectNode call) {
    if (!message.rest().has("toolCalls")) {
      grew(message, "toolCalls".length() + 6);
    }
    message.rest().withArray("toolCalls").add(call);
    Growing entry = Growing.call(call);
    calls.putIfAbsent(call.path("id").asText(), new Call(entry, message));
    grew(message, entry.weight() + 1);
  }

  /** Counts what a message, or a call within it, became heavier. */
  void grew(Growing message, int by) {
    message.heavier(by);
    weight += by;
  }

  /**
   * Takes a snapshot: what it names is replaced where it stands, and the rest goes. Reasoning stays
   * unless the snapshot has any; so do activities, unless it says of which types it has all.
   */
  void replace(StateEvent.Messages snapshot) {
    Map<String, Message> named = new HashMap<>();
    snapshot.messages().forEach(message -> named.put(message.id(), message));
    Kept kept = Kept.by(snapshot);
    List<Growing> old = List.copyOf(order);
    clear();
    for (Growing entry : old) {
      if (named.containsKey(entry.id())) {
        append(named.get(entry.id()).json().deepCopy());
      } else if (kept.isKept(entry.rest())) {
        keep(entry);
      }
    }
    Set<String> there = Set.copyOf(byId.keySet());
    for (Message message : snapshot.messages()) {
      if (!there.contains(message.id())) {
        append(message.json().deepCopy());
      }
    }
  }

  /** Returns the {@link #weight} after that snapshot. */
  long weightAfter(StateEvent.Messages snapshot) {
    Set<String> named = new HashSet<>();
    Kept kept = Kept.by(snapshot);
    long after = 2;
    for (Message message : snapshot.messages()) {
      named.add(message.id());
      after += 1 + Json.weight(message.json());
    }
    for (Growing entry : order) {
      boolean stays = !named.contains(entry.id()) && kept.isKept(entry.rest());
      after += stays ? 1 + entry.weight() : 0;
    }
    return after;
  }

  private void keep(Growing entry) {
    order.add(entry);
    weight += 1 + entry.weight();
    index(entry);
  }

  private void clear() {
    order.clear();
    byId.clear();
    calls.clear();
    weight = 2;
  }

  /** Puts another message in the place of one, under its id. */
  void exchange(Growing old, ObjectNode message) {
    Growing entry = Growing.message(message);
    order.set(order.lastIndexOf(old), entry);
    weight += entry.weight() - old.weight();
    byId.put(entry.id(), entry);
    if (old.role().equals("assistant")) {
      calls.values().removeIf(call -> call.message() == old);
    }
  }

  long weight() {
    return weight;
  }

  /** All messages, whole; the caller gets its own copy. */
  ArrayNode copy() {
    ArrayNode messages = Json.array();
    for (Growing entry : order) {
      all(entry);
      messages.add(entry.json().deepCopy());
    }
    return messages;
  }

  /** Writes the arguments that came in pieces into their calls. */
  private void all(Growing entry) {
    if (!entry.role().equals("assistant")) {
      return;
    }
    for (JsonNode call : entry.rest().path("toolCalls")) {
      Call known = calls.get(call.path("id").asText());
      if (known != null) {
        known.call().json();
      }
    }
  }

  boolean has(String id) {
    return byId.containsKey(id);
  }
}
