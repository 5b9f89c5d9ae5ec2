package dev.holdfast.agui;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * A run as an agent could say it, from a seed: texts, tools, reasoning, steps, subagents, state and
 * activities, mixed. It keeps to AG-UI's grammar by its own books, not by the code under test.
 */
public final class RandomRun {
  public static final String THREAD = "t1";
  public static final String RUN = "r1";

  private final Random random;
  private final List<ObjectNode> events = new ArrayList<>();
  private final Map<String, String> texts = new LinkedHashMap<>();
  private final Map<String, String> tools = new LinkedHashMap<>();
  private final Map<String, String> spans = new LinkedHashMap<>();
  private final Map<String, String> thoughts = new LinkedHashMap<>();
  private final Map<String, String> activities = new LinkedHashMap<>();
  private final List<String> called = new ArrayList<>();
  private final Set<List<String>> steps = new LinkedHashSet<>();
  private final Set<String> subagents = new LinkedHashSet<>();
  private int ids;

  private RandomRun(long seed) {
    random = new Random(seed);
  }

  /** A whole run of about so many events, finished or failed. */
  public static List<ObjectNode> events(long seed, int length) {
    RandomRun run = new RandomRun(seed);
    run.say("RUN_STARTED").put("threadId", THREAD).put("runId", RUN);
    run.say("STATE_SNAPSHOT").putObject("snapshot").put("n", 0);
    for (int i = 0; i < length; i++) {
      run.any();
    }
    run.end();
    return run.events;
  }

  private void any() {
    switch (random.nextInt(10)) {
      case 0, 1, 2 -> text();
      case 3, 4 -> tool();
      case 5 -> reasoning();
      case 6 -> step();
      case 7 -> subagent();
      case 8 -> state();
      default -> activity();
    }
  }

  private void text() {
    if (texts.isEmpty() || random.nextInt(6) == 0) {
      String owner = anyOwner();
      String id = fresh("m");
      texts.put(id, owner);
      tag(say("TEXT_MESSAGE_START").put("messageId", id).put("role", "assistant"), owner);
    } else {
      String id = any(texts.keySet());
      boolean ends = random.nextInt(5) == 0;
      ObjectNode event = say(ends ? "TEXT_MESSAGE_END" : "TEXT_MESSAGE_CONTENT");
      event.put("messageId", id);
      grow(event, ends, texts.get(id));
      if (ends) {
        texts.remove(id);
      }
    }
  }

  private void grow(ObjectNode event, boolean ends, String owner) {
    if (!ends) {
      event.put("delta", delta());
    }
    tag(event, random.nextInt(4) == 0 ? null : owner);
    if (random.nextInt(12) == 0) {
      event.putObject("metadata").put("k" + random.nextInt(3), random.nextInt(9));
    }
  }

  private void tool() {
    int what = random.nextInt(6);
    if (tools.isEmpty() || what == 0) {
      String owner = anyOwner();
      String id = fresh("c");
      tools.put(id, owner);
      called.add(id);
      ObjectNode start = say("TOOL_CALL_START").put("toolCallId", id).put("toolCallName", "look");
      if (!texts.isEmpty() && random.nextBoolean()) {
        String parent = any(texts.keySet());
        tools.put(id, texts.get(parent));
        start.put("parentMessageId", parent);
      }
      tag(start, tools.get(id));
    } else if (what == 1) {
      ObjectNode result = say("TOOL_CALL_RESULT").put("messageId", fresh("r"));
      tag(result.put("toolCallId", any(called)).put("content", delta()), anyOwner());
    } else {
      String id = any(tools.keySet());
      boolean ends = random.nextInt(3) == 0;
      ObjectNode event = say(ends ? "TOOL_CALL_END" : "TOOL_CALL_ARGS").put("toolCallId", id);
      grow(event, ends, tools.get(id));
      if (ends) {
        tools.remove(id);
      }
    }
  }

  private void reasoning() {
    int what = random.nextInt(6);
    if (what == 0) {
      String owner = anyOwner();
      String id = fresh("s");
      spans.put(id, owner);
      tag(say("REASONING_START").put("messageId", id), owner);
    } else if (what == 1 && !spans.isEmpty()) {
      String id = any(spans.keySet());
      tag(say("REASONING_END").put("messageId", id), spans.remove(id));
    } else if (thoughts.isEmpty() || what == 2) {
      String owner = anyOwner();
      String id = fresh("th");
      thoughts.put(id, owner);
      ObjectNode start = say("REASONING_MESSAGE_START").put("messageId", id);
      tag(start.put("role", "reasoning"), owner);
    } else {
      String id = any(thoughts.keySet());
      boolean ends = what == 3;
      String type = ends ? "REASONING_MESSAGE_END" : "REASONING_MESSAGE_CONTENT";
      grow(say(type).put("messageId", id), ends, thoughts.get(id));
      if (ends) {
        thoughts.remove(id);
      }
    }
  }

  private void step() {
    String owner = anyOwner();
    List<String> step = java.util.Arrays.asList("step" + random.nextInt(3), owner);
    boolean open = steps.contains(step);
    tag(say(open ? "STEP_FINISHED" : "STEP_STARTED").put("stepName", step.get(0)), owner);
    if (open) {
      steps.remove(step);
    } else {
      steps.add(step);
    }
  }

  private void subagent() {
    if (subagents.isEmpty() || random.nextInt(3) == 0) {
      String id = fresh("a");
      ObjectNode start = say("SUBAGENT_STARTED").put("subagentRunId", id).put("name", "scout");
      if (!subagents.isEmpty() && random.nextBoolean()) {
        start.put("parentSubagentRunId", any(subagents));
      }
      subagents.add(id);
    } else if (random.nextInt(3) == 0) {
      endSubagent(any(subagents));
    }
  }

  private void endSubagent(String id) {
    subagents.remove(id);
    if (random.nextBoolean()) {
      say("SUBAGENT_FINISHED").put("subagentRunId", id);
    } else {
      say("SUBAGENT_ERROR").put("subagentRunId", id).put("message", "lost");
    }
  }

  private void state() {
    switch (random.nextInt(4)) {
      case 0 -> say("STATE_SNAPSHOT").putObject("snapshot").put("n", random.nextInt(99));
      case 1 -> say("CUSTOM").put("name", "note").put("value", delta());
      default ->
          say("STATE_DELTA")
              .putArray("delta")
              .addObject()
              .put("op", "add")
              .put("path", "/k" + random.nextInt(5))
              .put("value", delta());
    }
  }

  private void activity() {
    if (activities.isEmpty() || random.nextInt(3) == 0) {
      String id = random.nextInt(3) == 0 && !activities.isEmpty() ? any(activities.keySet()) : null;
      id = id == null ? fresh("act") : id;
      String owner = activities.containsKey(id) ? activities.get(id) : anyOwner();
      activities.put(id, owner);
      ObjectNode snapshot = say("ACTIVITY_SNAPSHOT").put("messageId", id);
      snapshot.put("activityType", "PLAN").put("replace", random.nextBoolean());
      snapshot.putObject("content").put("done", random.nextInt(9));
      tag(snapshot, owner);
    } else {
      String id = any(activities.keySet());
      ObjectNode delta = say("ACTIVITY_DELTA").put("messageId", id).put("activityType", "PLAN");
      tag(delta, activities.get(id));
      delta
          .putArray("patch")
          .addObject()
          .put("op", "add")
          .put("path", "/p" + random.nextInt(3))
          .put("value", random.nextInt(9));
    }
  }

  private void end() {
    if (random.nextInt(5) == 0) {
      say("RUN_ERROR").put("message", "broken").put("code", "agent_error");
      return;
    }
    texts.forEach((id, o) -> tag(say("TEXT_MESSAGE_END").put("messageId", id), o));
    tools.forEach((id, o) -> tag(say("TOOL_CALL_END").put("toolCallId", id), o));
    thoughts.forEach((id, o) -> tag(say("REASONING_MESSAGE_END").put("messageId", id), o));
    spans.forEach((id, o) -> tag(say("REASONING_END").put("messageId", id), o));
    steps.forEach(step -> tag(say("STEP_FINISHED").put("stepName", step.get(0)), step.get(1)));
    List.copyOf(subagents).forEach(this::endSubagent);
    say("RUN_FINISHED").put("threadId", THREAD).put("runId", RUN);
  }

  /** A piece of text; sometimes one that cuts a surrogate pair, whose rest need not follow. */
  private String delta() {
    return switch (random.nextInt(8)) {
      case 0 -> "\ud83d";
      case 1 -> "\ude00";
      case 2 -> "😀 ";
      case 3 -> "\"\\\n ";
      default -> "w" + random.nextInt(100) + " ";
    };
  }

  private String anyOwner() {
    return subagents.isEmpty() || random.nextInt(3) > 0 ? null : any(subagents);
  }

  private String fresh(String prefix) {
    return prefix + ++ids;
  }

  private String any(Iterable<String> of) {
    List<String> all = new ArrayList<>();
    of.forEach(all::add);
    return all.get(random.nextInt(all.size()));
  }

  private ObjectNode say(String type) {
    ObjectNode event = Json.object().put("type", type);
    events.add(event);
    return event;
  }

  private static void tag(ObjectNode event, String owner) {
    if (owner != null) {
      event.put("subagentRunId", owner);
    }
  }
}
