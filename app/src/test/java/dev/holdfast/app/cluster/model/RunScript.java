package dev.holdfast.app.cluster.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * What a worker writes as one run, batch by batch, by chance: texts that take turns, shorthands,
 * calls of tools, state, and characters that are cut in the middle.
 */
final class RunScript {
  /** So that half a surrogate pair can be written. */
  static final JsonMapper JSON =
      JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

  private static final String WAVE = "\uD83D\uDC4B";

  private final String thread;
  private final String run;
  private final Random random;
  private final List<List<String>> batches = new ArrayList<>();
  private List<String> batch = new ArrayList<>();
  private final List<String> open = new ArrayList<>();
  private String halved = "";
  private int names;

  private RunScript(String thread, String run, Random random) {
    this.thread = thread;
    this.run = run;
    this.random = random;
  }

  static List<List<String>> of(String thread, String run, Random random) {
    return new RunScript(thread, run, random).write();
  }

  private List<List<String>> write() {
    add(ofRun("RUN_STARTED"));
    ObjectNode state = node("STATE_SNAPSHOT");
    state.putObject("snapshot");
    add(state);
    for (int i = 4 + random.nextInt(16); i > 0; i--) {
      for (int j = 1 + random.nextInt(6); j > 0; j--) {
        something();
      }
      nextBatch();
    }
    while (!open.isEmpty()) {
      close();
    }
    add(ofRun("RUN_FINISHED"));
    nextBatch();
    return batches;
  }

  private void nextBatch() {
    if (!batch.isEmpty()) {
      batches.add(batch);
      batch = new ArrayList<>();
    }
  }

  private void something() {
    int dice = random.nextInt(100);
    if (open.isEmpty() || dice < 8 && open.size() < 3) {
      open();
    } else if (dice < 75) {
      delta();
    } else if (dice < 83) {
      close();
    } else if (dice < 93) {
      tool();
    } else {
      ObjectNode change = node("STATE_DELTA");
      change
          .putArray("delta")
          .addObject()
          .put("op", "add")
          .put("path", "/" + run + "-s" + names++)
          .put("value", names);
      add(change);
    }
  }

  private void open() {
    String id = run + "-m" + names++;
    if (random.nextInt(4) == 0) {
      String delta = "chunk " + names + " ";
      add(message("TEXT_MESSAGE_CHUNK", id).put("role", "assistant").put("delta", delta));
      add(message("TEXT_MESSAGE_CHUNK", id).put("delta", "and more "));
    } else {
      open.add(id);
      add(message("TEXT_MESSAGE_START", id).put("role", "assistant"));
    }
  }

  private void delta() {
    String id = open.get(random.nextInt(open.size()));
    String word = "w" + names++ + (random.nextInt(3) == 0 ? "é " : " ");
    if (id.equals(halved)) {
      word = WAVE.charAt(1) + word;
      halved = "";
    } else if (halved.isEmpty() && random.nextInt(6) == 0) {
      word += WAVE.charAt(0);
      halved = id;
    }
    add(message("TEXT_MESSAGE_CONTENT", id).put("delta", word));
  }

  private void close() {
    String id = open.remove(random.nextInt(open.size()));
    if (id.equals(halved)) {
      add(message("TEXT_MESSAGE_CONTENT", id).put("delta", WAVE.substring(1)));
      halved = "";
    }
    add(message("TEXT_MESSAGE_END", id));
  }

  private void tool() {
    String id = run + "-c" + names++;
    add(node("TOOL_CALL_START").put("toolCallId", id).put("toolCallName", "look"));
    String[] pieces = {"{\"q\":\"", "é".repeat(random.nextInt(50)), "\"}"};
    for (String piece : pieces) {
      if (!piece.isEmpty()) {
        add(node("TOOL_CALL_ARGS").put("toolCallId", id).put("delta", piece));
      }
    }
    add(node("TOOL_CALL_END").put("toolCallId", id));
    add(message("TOOL_CALL_RESULT", id + "-r").put("toolCallId", id).put("content", "found"));
  }

  private ObjectNode ofRun(String type) {
    return node(type).put("threadId", thread).put("runId", run);
  }

  private static ObjectNode message(String type, String id) {
    return node(type).put("messageId", id);
  }

  private static ObjectNode node(String type) {
    return JSON.createObjectNode().put("type", type);
  }

  private void add(ObjectNode event) {
    try {
      batch.add(JSON.writeValueAsString(event));
    } catch (JsonProcessingException e) {
      throw new AssertionError(e);
    }
  }

  static JsonNode parse(String event) {
    try {
      return JSON.readTree(event);
    } catch (JsonProcessingException e) {
      throw new AssertionError(e);
    }
  }
}
