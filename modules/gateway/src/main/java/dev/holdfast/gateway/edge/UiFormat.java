package dev.holdfast.gateway.edge;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.agui.AguiEvent;
import dev.holdfast.agui.EventReader;
import dev.holdfast.agui.Json;
import dev.holdfast.agui.run.Snapshot;
import dev.holdfast.agui.ui.UiReplay;
import dev.holdfast.agui.ui.UiStream;
import dev.holdfast.gateway.stream.RunFormat;
import dev.holdfast.gateway.stream.RunFrame;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A run as the AI SDK reads it: a UI message stream, from its beginning. */
final class UiFormat implements RunFormat {
  private static final Map<String, String> HEADERS = Map.of("x-vercel-ai-ui-message-stream", "v1");

  private final String messageId;
  private UiStream stream;

  /**
   * @param messageId of the page's message that the run's parts become
   * @param knownCalls tool calls that the page's message has already
   */
  UiFormat(String messageId, Set<String> knownCalls) {
    this.messageId = messageId;
    this.stream = new UiStream(messageId, knownCalls, Json.object());
  }

  @Override
  public Map<String, String> headers() {
    return HEADERS;
  }

  @Override
  public Buffer snapshot(RunFrame frame) {
    String json = new String(frame.data(), StandardCharsets.UTF_8);
    Snapshot snapshot = new Snapshot((ObjectNode) Json.parse(json));
    stream = new UiStream(messageId, callsBefore(snapshot), Json.object());
    return text(UiReplay.chunks(snapshot, stream));
  }

  private static Set<String> callsBefore(Snapshot snapshot) {
    Set<String> given = new HashSet<>();
    snapshot.json().path("given").forEach(id -> given.add(id.asText()));
    Set<String> calls = new HashSet<>();
    for (JsonNode message : snapshot.json().path("messages")) {
      if (given.contains(message.path("id").asText())) {
        message.path("toolCalls").forEach(call -> calls.add(call.path("id").asText()));
      }
    }
    return calls;
  }

  /** Another attempt takes back what is shown; the replay is right then. */
  @Override
  public @Nullable Buffer event(RunFrame frame) {
    AguiEvent event = EventReader.read(new String(frame.data(), StandardCharsets.UTF_8));
    return UiStream.isRetraction(event) ? null : text(stream.next(event));
  }

  private static Buffer text(List<ObjectNode> chunks) {
    Buffer text = Buffer.buffer();
    for (ObjectNode chunk : chunks) {
      text.appendString("data: ").appendString(Json.text(chunk)).appendString("\n\n");
    }
    return text;
  }

  @Override
  public Buffer end() {
    return Buffer.buffer("data: [DONE]\n\n");
  }
}
