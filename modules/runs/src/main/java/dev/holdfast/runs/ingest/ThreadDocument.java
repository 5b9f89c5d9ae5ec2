package dev.holdfast.runs.ingest;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.agui.AguiEvent;
import dev.holdfast.agui.EventWriter;
import dev.holdfast.agui.Json;
import dev.holdfast.agui.Message;
import dev.holdfast.agui.run.Snapshot;
import dev.holdfast.runs.InboxEntry;
import dev.holdfast.runs.records.RunRecord;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What a thread has come to: {@code {run, runId, end, messages, state, trimmed?}}. */
final class ThreadDocument {
  private static final int MOST_BYTES = 4 << 20;

  private ThreadDocument() {}

  /**
   * The oldest messages go if it would be too large; {@code trimmed} says how many.
   *
   * @param unheard what was said to the run, and no worker has heard; messages among it come last
   */
  static byte[] of(RunRecord run, Snapshot snapshot, List<InboxEntry> unheard) {
    ObjectNode json = Json.object().put("run", run.key().run());
    json.put("runId", run.runId());
    AguiEvent end = snapshot.end();
    if (end != null) {
      json.set("end", EventWriter.tree(end));
    }
    ArrayNode messages = json.putArray("messages");
    Set<String> known = new HashSet<>();
    for (Message message : snapshot.messages()) {
      known.add(message.id());
      messages.add(message.json());
    }
    for (InboxEntry entry : unheard) {
      if (entry.kind() == InboxEntry.Kind.MESSAGE && known.add(entry.id())) {
        messages.add(Json.parse(entry.data()));
      }
    }
    json.set("state", snapshot.state());
    byte[] bytes = bytes(json);
    int trimmed = 0;
    while (bytes.length > MOST_BYTES && !messages.isEmpty()) {
      int over = bytes.length - MOST_BYTES;
      while (over > 0 && !messages.isEmpty()) {
        over -= Json.text(messages.remove(0)).length();
        trimmed++;
      }
      bytes = bytes(json.put("trimmed", trimmed));
    }
    return bytes;
  }

  private static byte[] bytes(ObjectNode json) {
    return Json.text(json).getBytes(StandardCharsets.UTF_8);
  }
}
