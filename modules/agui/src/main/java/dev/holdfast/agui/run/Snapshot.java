package dev.holdfast.agui.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.agui.AguiEvent;
import dev.holdfast.agui.EventReader;
import dev.holdfast.agui.Message;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A run folded into one document, whose members are in this module's README.
 *
 * @param json nobody changes it
 */
public record Snapshot(ObjectNode json) {
  public String threadId() {
    return json.path("threadId").asText();
  }

  public String runId() {
    return json.path("runId").asText();
  }

  /** The thread's messages, those that are not complete too. */
  public List<Message> messages() {
    List<Message> messages = new ArrayList<>();
    json.path("messages").forEach(each -> messages.add(Message.read((ObjectNode) each)));
    return messages;
  }

  /** The thread's shared state; a JSON null if there is none. */
  public JsonNode state() {
    return json.path("state");
  }

  /** The constructs that are open, oldest first. */
  public List<Construct> open() {
    List<Construct> open = new ArrayList<>();
    json.path("open").forEach(each -> open.add(Construct.read(each)));
    return open;
  }

  /** The SUBAGENT_* events so far. */
  public List<AguiEvent> subagents() {
    List<AguiEvent> events = new ArrayList<>();
    json.path("subagents").forEach(each -> events.add(EventReader.read(each)));
    return events;
  }

  /** The terminal event; none: the run goes on. */
  public @Nullable AguiEvent end() {
    JsonNode end = json.get("end");
    return end == null ? null : EventReader.read(end);
  }

  /** Returns whether RUN_STARTED was there. */
  public boolean hasBegun() {
    return !json.path("phase").asText().equals("new");
  }
}
