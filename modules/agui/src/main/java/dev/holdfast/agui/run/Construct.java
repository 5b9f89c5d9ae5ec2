package dev.holdfast.agui.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.agui.Json;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Something that a run opens and closes.
 *
 * @param id of a step: its name
 * @param owner the subagent whose it is; none: the agent itself. Part of the identity of a step
 */
public record Construct(Kind kind, String id, @Nullable String owner) {
  /** Room for an event that says in some words how a subagent ended. */
  private static final int ENDING = 500;

  public Construct {
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(id, "id");
  }

  /** Kinds, by their names in the snapshot's document. */
  public enum Kind {
    TEXT("text"),
    TOOL("tool"),
    SPAN("reasoning"),
    REASONING("reasoning-message"),
    STEP("step"),
    SUBAGENT("subagent");

    final String wireName;

    Kind(String wireName) {
      this.wireName = wireName;
    }

    static Kind of(String wireName) {
      for (Kind kind : values()) {
        if (kind.wireName.equals(wireName)) {
          return kind;
        }
      }
      throw new IllegalArgumentException("no construct: " + wireName);
    }
  }

  /** Its weight while it is open; what closes a subagent stays, so it is counted before. */
  int weight() {
    int names = id.length() + (owner == null ? 0 : owner.length()) + 30;
    return kind == Kind.SUBAGENT ? names + id.length() + ENDING : names;
  }

  /** Returns its form in the snapshot's document. */
  ObjectNode write() {
    ObjectNode json = Json.object().put("kind", kind.wireName).put("id", id);
    return owner == null ? json : json.put("owner", owner);
  }

  static Construct read(JsonNode json) {
    JsonNode owner = json.get("owner");
    Kind kind = Kind.of(json.path("kind").asText());
    return new Construct(kind, json.path("id").asText(), owner == null ? null : owner.asText());
  }

  /** The identity of what is open: a step is its owner's, anything else is known by its id. */
  Object key() {
    return kind == Kind.STEP ? this : new Construct(kind, id, null);
  }
}
