package dev.holdfast.agui;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads the parts of events: messages, content, patches, outcomes, usage. */
final class Parts {
  private static final Set<String> MEDIA = Set.of("image", "audio", "video", "document");

  private static final Set<String> NAMED = Set.of("developer", "system", "assistant", "user");
  private static final List<String> COUNTS =
      List.of(
          "inputTokens",
          "outputTokens",
          "totalTokens",
          "reasoningTokens",
          "cachedInputTokens",
          "cacheWriteInputTokens");
  private static final Set<String> OPERATIONS =
      Set.of("add", "remove", "replace", "move", "copy", "test");

  private Parts() {}

  static Message message(Fields in) {
    String id = in.text("id");
    String role = in.text("role");
    switch (role) {
      case "developer", "system", "reasoning" -> in.text("content");
      case "user" -> content(in, "content");
      case "tool" -> {
        content(in, "content");
        in.text("toolCallId");
        in.textOrNull("error");
      }
      case "activity" -> {
        in.text("activityType");
        in.object("content");
      }
      case "assistant" -> {
        in.textOrNull("content");
        ArrayNode calls = in.arrayOrNull("toolCalls");
        if (calls != null) {
          in.each("toolCalls", calls, Parts::call);
        }
      }
      default -> {} // came after AG-UI 1.0
    }
    if (NAMED.contains(role)) {
      in.textOrNull("name");
    }
    if (!role.equals("activity")) {
      in.textOrNull("encryptedValue");
    }
    in.textOrNull("subagentRunId");
    in.objectOrNull("metadata");
    return new Message(id, role, in.json());
  }

  private static ObjectNode call(Fields in) {
    in.text("id");
    in.oneOf("type", Set.of("function"));
    Fields function = in.within("function");
    function.text("name");
    function.text("arguments");
    in.textOrNull("encryptedValue");
    in.objectOrNull("metadata");
    return in.json();
  }

  /** A text, or an array of content parts. */
  static JsonNode content(Fields in, String name) {
    JsonNode content = in.any(name);
    in.require(content.isTextual() || content.isArray(), name, "a string or content parts");
    if (content instanceof ArrayNode parts) {
      in.each(name, parts, Parts::part);
    }
    return content;
  }

  private static ObjectNode part(Fields in) {
    String type = in.text("type");
    if (type.equals("text") || MEDIA.contains(type)) {
      in.textOrNull("id");
    }
    if (type.equals("text")) {
      in.text("text");
    } else if (MEDIA.contains(type)) {
      Fields source = in.within("source");
      String kind = source.text("type");
      if (kind.equals("data") || kind.equals("url") || kind.equals("file")) {
        source.text("value");
      }
      if (kind.equals("data")) {
        source.text("mimeType");
      } else if (kind.equals("url") || kind.equals("file")) {
        source.textOrNull("mimeType");
      }
      if (kind.equals("file")) {
        source.textOrNull("provider");
      }
    }
    return in.json();
  }

  static ArrayNode patch(Fields in, String name) {
    ArrayNode patch = in.array(name);
    in.each(name, patch, Parts::operation);
    return patch;
  }

  /** One that RFC 6902 does not know is refused when it is applied. */
  private static ObjectNode operation(Fields in) {
    String op = in.text("op");
    if (OPERATIONS.contains(op)) {
      pointer(in, "path");
    }
    switch (op) {
      case "add", "replace", "test" -> in.any("value");
      case "move", "copy" -> pointer(in, "from");
      default -> {}
    }
    return in.json();
  }

  private static void pointer(Fields in, String name) {
    in.require(Json.isPointer(in.text(name)), name, "a JSON Pointer");
  }

  static @Nullable Outcome outcome(Fields in, String name) {
    if (!in.has(name)) {
      in.anyOrNull(name);
      return null;
    }
    Fields outcome = in.within(name);
    String type = outcome.text("type");
    if (type.equals(Outcome.INTERRUPT)) {
      ArrayNode interrupts = outcome.array("interrupts");
      outcome.require(!interrupts.isEmpty(), "interrupts", "at least one");
      outcome.each("interrupts", interrupts, Parts::interrupt);
    } else if (type.equals(Outcome.SUCCESS)) {
      texts(outcome, "pendingToolCallIds");
    }
    return new Outcome(type, outcome.json());
  }

  private static ObjectNode interrupt(Fields in) {
    in.text("id");
    in.text("reason");
    in.textOrNull("message");
    in.textOrNull("toolCallId");
    in.objectOrNull("responseSchema");
    in.textOrNull("expiresAt");
    in.objectOrNull("metadata");
    in.textOrNull("subagentRunId");
    return in.json();
  }

  static @Nullable Outcome subagentOutcome(Fields in, String name) {
    if (!in.has(name)) {
      in.anyOrNull(name);
      return null;
    }
    Fields outcome = in.within(name);
    String type = outcome.text("type");
    if (type.equals("suspended")) {
      texts(outcome, "interruptIds");
    }
    return new Outcome(type, outcome.json());
  }

  private static void texts(Fields in, String name) {
    ArrayNode values = in.arrayOrNull(name);
    if (values != null) {
      values.forEach(value -> in.require(value.isTextual(), name, "an array of strings"));
    }
  }

  static @Nullable ArrayNode usage(Fields in, String name) {
    ArrayNode usage = in.arrayOrNull(name);
    if (usage != null) {
      in.each(name, usage, Parts::tokens);
    }
    return usage;
  }

  private static ObjectNode tokens(Fields in) {
    in.textOrNull("provider");
    in.textOrNull("model");
    COUNTS.forEach(count -> in.integerOrNull(count, 0));
    return in.json();
  }

  /** The run's input; AG-UI's client refuses an event whose input is malformed. */
  static @Nullable ObjectNode input(Fields in, String name) {
    ObjectNode input = in.objectOrNull(name);
    if (input != null) {
      Fields fields = in.within(name);
      fields.text("threadId");
      fields.text("runId");
      fields.textOrNull("protocolVersion");
      fields.textOrNull("parentRunId");
      fields.each("messages", fields.array("messages"), Parts::message);
      each(fields, "tools", Parts::tool);
      each(fields, "context", Parts::context);
      each(fields, "resume", Parts::resume);
      fields.anyOrNull("forwardedProps");
    }
    return input;
  }

  private static void each(Fields in, String name, Function<Fields, ObjectNode> reader) {
    ArrayNode array = in.arrayOrNull(name);
    if (array != null) {
      in.each(name, array, reader);
    }
  }

  private static ObjectNode tool(Fields in) {
    in.text("name");
    in.text("description");
    in.objectOrNull("metadata");
    return in.json();
  }

  private static ObjectNode context(Fields in) {
    in.text("description");
    in.text("value");
    return in.json();
  }

  private static ObjectNode resume(Fields in) {
    in.text("interruptId");
    in.oneOf("status", Set.of("resolved", "cancelled"));
    in.objectOrNull("metadata");
    return in.json();
  }
}
