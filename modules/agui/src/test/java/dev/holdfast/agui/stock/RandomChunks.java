package dev.holdfast.agui.stock;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.agui.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Shorthands of three kinds by three speakers, right and wrong, from a seed. */
final class RandomChunks {
  private static final List<String> KINDS =
      List.of("TEXT_MESSAGE_CHUNK", "TOOL_CALL_CHUNK", "REASONING_MESSAGE_CHUNK");

  private final Random random;

  private RandomChunks(long seed) {
    random = new Random(seed);
  }

  static List<ObjectNode> events(long seed, int length) {
    RandomChunks chunks = new RandomChunks(seed);
    List<ObjectNode> events = new ArrayList<>();
    for (int i = 0; i < length; i++) {
      events.add(chunks.random.nextInt(6) == 0 ? chunks.other() : chunks.chunk());
    }
    return events;
  }

  private ObjectNode chunk() {
    String kind = KINDS.get(random.nextInt(3));
    boolean tool = kind.equals("TOOL_CALL_CHUNK");
    ObjectNode chunk = Json.object().put("type", kind);
    if (random.nextInt(3) > 0) {
      chunk.put(tool ? "toolCallId" : "messageId", "x" + random.nextInt(3));
    }
    if (tool && random.nextInt(4) > 0) {
      chunk.put("toolCallName", random.nextInt(20) == 0 ? "other" : "look");
    }
    if (kind.equals("TEXT_MESSAGE_CHUNK") && random.nextInt(8) == 0) {
      chunk.put("role", random.nextInt(6) == 0 ? "user" : "assistant");
    }
    if (random.nextInt(5) > 0) {
      chunk.put("delta", "d" + random.nextInt(10));
    }
    if (random.nextInt(8) == 0) {
      chunk.putObject("metadata").put("k", 1);
    }
    if (random.nextInt(12) == 0) {
      chunk.putObject("rawEvent").put("k", 1);
    }
    return tag(chunk);
  }

  private ObjectNode other() {
    ObjectNode event = Json.object();
    switch (random.nextInt(6)) {
      case 0 -> event.put("type", "RAW").put("event", 1);
      case 1 -> event.put("type", "CUSTOM").put("name", "n").put("value", 1);
      case 2 -> event.put("type", "STEP_STARTED").put("stepName", "s");
      case 3 -> event.put("type", "MESSAGES_SNAPSHOT").putArray("messages");
      case 4 -> {
        event.put("type", "SUBAGENT_FINISHED").put("subagentRunId", "s" + random.nextInt(2));
        return event;
      }
      default ->
          event.put("type", "TEXT_MESSAGE_START").put("messageId", "y").put("role", "assistant");
    }
    return event.path("type").asText().equals("MESSAGES_SNAPSHOT") ? event : tag(event);
  }

  private ObjectNode tag(ObjectNode event) {
    return random.nextInt(3) == 0 ? event.put("subagentRunId", "s" + random.nextInt(2)) : event;
  }
}
