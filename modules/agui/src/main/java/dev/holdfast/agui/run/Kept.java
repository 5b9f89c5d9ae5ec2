package dev.holdfast.agui.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.agui.Message;
import dev.holdfast.agui.StateEvent;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Decides which messages survive a snapshot that does not name them, as AG-UI's own client does: by
 * default those of which the snapshot has no kind at all, reasoning and activities. A snapshot may
 * say in its metadata of which types of activities it has all; null is every type.
 */
final class Kept {
  private final boolean reasoning;
  private final boolean activities;
  private final Set<String> owned;

  private Kept(boolean reasoning, boolean activities, Set<String> owned) {
    this.reasoning = reasoning;
    this.activities = activities;
    this.owned = owned;
  }

  static Kept by(StateEvent.Messages snapshot) {
    Set<String> roles = new HashSet<>();
    snapshot.messages().stream().map(Message::role).forEach(roles::add);
    boolean reasoning = !roles.contains("reasoning");
    ObjectNode metadata = snapshot.extras().metadata();
    JsonNode said = metadata == null ? null : metadata.get("@ag-ui/client");
    JsonNode types = said == null ? null : said.get("authoritativeActivityTypes");
    if (said == null || said.isObject() && types == null) {
      return new Kept(reasoning, !roles.contains("activity"), Set.of());
    }
    return new Kept(reasoning, types == null || !types.isNull(), owned(types));
  }

  private static Set<String> owned(@Nullable JsonNode types) {
    Set<String> owned = new HashSet<>();
    if (types != null && types.isArray()) {
      for (JsonNode type : types) {
        if (!type.isTextual()) {
          return Set.of();
        }
        owned.add(type.textValue());
      }
    }
    return owned;
  }

  boolean isKept(ObjectNode message) {
    return switch (message.path("role").asText()) {
      case "reasoning" -> reasoning;
      case "activity" -> activities && !owned.contains(message.path("activityType").asText());
      default -> false;
    };
  }
}
