package dev.holdfast.gateway.edge;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.agui.Json;
import dev.holdfast.gateway.http.Problem;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What a chat of the AI SDK sends, as AG-UI has it. The run's id follows from what is new in it, so
 * that the same request again is the same run.
 *
 * @param chat the thread's id
 * @param runId a digest; if the run goes on with the page's last message, behind that message's id
 * @param isOpen whether a repetition and another try have the same digest: a regeneration that
 *     names no message
 * @param calls tool calls of the page's messages
 */
record ChatInput(String chat, String runId, boolean isOpen, Set<String> calls, ObjectNode input) {
  private static final String MARK = "~";
  private static final int BYTES = 16;

  /** Reads a request; throws BAD_REQUEST if it is none. */
  static ChatInput read(String body) {
    JsonNode json = Json.parse(body);
    String chat = AguiEdge.text(json, "id");
    if (!(json.path("messages") instanceof ArrayNode given) || given.isEmpty()) {
      throw Problem.badRequest("messages: a list is needed");
    }
    ChatMessages messages = new ChatMessages();
    given.forEach(messages::add);
    String trigger = json.path("trigger").asText("submit-message");
    String about = json.path("messageId").asText("");
    JsonNode last = given.get(given.size() - 1);
    String digest = digest(trigger + "\n" + about + "\n" + news(given));
    boolean goesOn = last.path("role").asText().equals("assistant");
    boolean isOpen = trigger.equals("regenerate-message") && about.isEmpty();
    String runId = goesOn ? AguiEdge.text(last, "id") + MARK + digest : digest;
    ObjectNode input = Json.object().put("threadId", chat).put("runId", runId);
    input.set("state", Json.object());
    input.set("messages", messages.messages());
    input.putArray("tools");
    input.putArray("context");
    ObjectNode rest = json.deepCopy();
    input.set("forwardedProps", rest.remove(List.of("id", "messages")));
    if (!messages.resume().isEmpty()) {
      input.set("resume", messages.resume());
    }
    return new ChatInput(chat, runId, isOpen, new HashSet<>(messages.calls()), input);
  }

  /** Returns the same under a longer id. */
  ChatInput behind(String run) {
    String longer = runId + "." + run;
    return new ChatInput(chat, longer, false, calls, input.deepCopy().put("runId", longer));
  }

  /** Returns the id of the page's message that a run's parts become. */
  static String messageId(String runId) {
    int mark = runId.lastIndexOf(MARK);
    return mark > 0 ? runId.substring(0, mark) : runId;
  }

  /** Returns the messages from the user's last one on. */
  private static String news(ArrayNode messages) {
    ArrayNode news = Json.array();
    for (JsonNode message : messages) {
      if (message.path("role").asText().equals("user")) {
        news.removeAll();
      }
      news.add(message);
    }
    return Json.text(news);
  }

  private static String digest(String text) {
    try {
      byte[] whole =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(whole, BYTES));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
