package dev.holdfast.agui.run;

import dev.holdfast.agui.Message;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Whose each thing is, by kind of thing and id: a subagent's, or (null) the agent's own. Kept after
 * a thing is closed, for more of it may come. Not safe for several threads.
 */
final class Owners {
  enum Kind {
    MESSAGE,
    TOOL_CALL,
    ACTIVITY,
    REASONING
  }

  private final Map<Kind, Map<String, String>> owners = new EnumMap<>(Kind.class);

  Owners() {
    for (Kind kind : Kind.values()) {
      owners.put(kind, new LinkedHashMap<>());
    }
  }

  boolean knows(Kind kind, String id) {
    return owners.get(kind).containsKey(id);
  }

  /** Null where the agent itself has it, or nobody. */
  String of(Kind kind, String id) {
    return owners.get(kind).get(id);
  }

  /** Whether an event that says {@code tag} may go on with it; who says nothing may. */
  boolean agrees(Kind kind, String id, String tag) {
    return tag == null || !knows(kind, id) || tag.equals(of(kind, id));
  }

  void put(Kind kind, String id, String owner) {
    owners.get(kind).put(id, owner);
  }

  /** The first who has it keeps it. */
  void claim(Kind kind, String id, String owner) {
    if (!knows(kind, id)) {
      put(kind, id, owner);
    }
  }

  /**
   * Takes owners from messages, and those of an assistant's tool calls.
   *
   * @param newer whether the messages replace what is known, as a snapshot does
   */
  void learn(List<Message> messages, boolean newer) {
    for (Message message : messages) {
      learn(kindOf(message.role()), message.id(), message.owner(), newer);
      for (var call : message.json().path("toolCalls")) {
        learn(Kind.TOOL_CALL, call.path("id").asText(), message.owner(), newer);
      }
    }
  }

  private void learn(Kind kind, String id, String owner, boolean newer) {
    if (newer) {
      put(kind, id, owner);
    } else {
      claim(kind, id, owner);
    }
  }

  private static Kind kindOf(String role) {
    return switch (role) {
      case "reasoning" -> Kind.REASONING;
      case "activity" -> Kind.ACTIVITY;
      default -> Kind.MESSAGE;
    };
  }

  void clear() {
    owners.values().forEach(Map::clear);
  }

  Map<String, String> all(Kind kind) {
    return owners.get(kind);
  }
}
