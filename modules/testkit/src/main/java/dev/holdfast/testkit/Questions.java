package dev.holdfast.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.core.Ids;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * What a client asked and has no answer to, but for publications. What may be asked twice is asked
 * again on the next connection. Confined to its client's lock.
 */
final class Questions {
  private final Consumer<ObjectNode> out;
  private final Map<String, Question> open = new LinkedHashMap<>();
  private boolean connected;

  private record Question(ObjectNode frame, boolean again, CompletableFuture<JsonNode> answer) {}

  Questions(Consumer<ObjectNode> out) {
    this.out = out;
  }

  /** Asked on each connection until it is answered. */
  CompletableFuture<JsonNode> ask(ObjectNode frame) {
    return ask(frame, true);
  }

  /** Fails with the connection. */
  CompletableFuture<JsonNode> askOnce(ObjectNode frame) {
    return ask(frame, false);
  }

  void connected() {
    connected = true;
    open.values().forEach(question -> out.accept(question.frame));
  }

  void disconnected() {
    connected = false;
    for (Question question : new ArrayList<>(open.values())) {
      if (!question.again) {
        open.remove(question.frame.path("id").asText());
        question.answer.completeExceptionally(
            new RefusedException("disconnected", "outcome unknown"));
      }
    }
  }

  void answered(String id, JsonNode data) {
    Question question = open.remove(id);
    if (question != null) {
      question.answer.complete(data);
    }
  }

  /**
   * @return whether {@link #again} is to be called for it soon
   */
  boolean refused(String id, ObjectNode error) {
    Question question = open.get(id);
    if (question == null) {
      return false;
    }
    String code = error.path("code").asText();
    if (question.again && error.path("retryable").asBoolean()) {
      return true;
    }
    open.remove(id);
    if (question.again && code.equals("conflict")) {
      // Subscribed by the asking whose answer was lost.
      question.answer.complete(Json.MAPPER.createObjectNode());
    } else {
      question.answer.completeExceptionally(
          new RefusedException(code, error.path("message").asText()));
    }
    return false;
  }

  /** Asks it once more, where it is still open. */
  void again(String id) {
    Question question = open.get(id);
    if (question != null && connected) {
      out.accept(question.frame);
    }
  }

  void fail(RuntimeException reason) {
    new ArrayList<>(open.values()).forEach(q -> q.answer.completeExceptionally(reason));
    open.clear();
  }

  private CompletableFuture<JsonNode> ask(ObjectNode frame, boolean again) {
    String id = Ids.fresh();
    var answer = new CompletableFuture<JsonNode>();
    frame.put("id", id);
    open.put(id, new Question(frame, again, answer));
    if (connected) {
      out.accept(frame);
    }
    return answer;
  }
}
