package dev.holdfast.agui.run;

import dev.holdfast.agui.Message;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The owner of each thing, by kind of thing and id: a subagent, or none for the agent itself. Kept
 * after a thing is closed, for more of it may come. Not safe for several threads.
 */
final class Owners {
  enum Kind {
    MESSAGE,
    TOOL_CALL,
    ACTIVITY,
    REASONING
  }

  private final Map<Kind, Map<String, @Nullable String>> owners = new EnumMap<>(Kind.class);
  private long weight;

  Owners() {
    for (Kind kind : Kind.values()) {
      owners.put(kind, new LinkedHashMap<>());
    }
  }

  boolean knows(Kind kind, String id) {
    return all(kind).containsKey(id);
  }

  /** None: the agent itself has it, or nobody. */
  @Nullable String of(Kind kind, String id) {
    return all(kind).get(id);
  }

  /** Returns whether an event that names {@code tag} may go on with it; one that names none may. */
  boolean agrees(Kind kind, String id, @Nullable String tag) {
    return tag == null || !knows(kind, id) || tag.equals(of(kind, id));
  }

  void put(Kind kind, String id, @Nullable String owner) {
    weight += knows(kind, id) ? 0 : entry(id);
    weight += length(owner) - length(all(kind).put(id, owner));
  }

  private static int entry(String id) {
    return id.length() + 8;
  }

  private static int length(@Nullable String owner) {
    return owner == null ? 0 : owner.length();
  }

  /** The number of characters that the owners have in a snapshot, roughly. */
  long weight() {
    return weight;
  }

  /** Returns how much heavier these messages make it, at most. */
  long heavierBy(List<Message> messages) {
    long more = 0;
    for (Message message : messages) {
      int owner = length(message.owner());
      more += knows(kindOf(message.role()), message.id()) ? owner : entry(message.id()) + owner;
      for (var call : message.json().path("toolCalls")) {
        String id = call.path("id").asText();
        more += knows(Kind.TOOL_CALL, id) ? owner : entry(id) + owner;
      }
    }
    return more;
  }

  /** The first who has it keeps it. */
  void claim(Kind kind, String id, @Nullable String owner) {
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

  private void learn(Kind kind, String id, @Nullable String owner, boolean newer) {
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
    weight = 0;
  }

  Map<String, @Nullable String> all(Kind kind) {
    return Objects.requireNonNull(owners.get(kind), "each kind has a map");
  }
}
