package dev.holdfast.runs.records;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.agui.EventType;
import dev.holdfast.agui.Json;
import dev.holdfast.agui.Outcome;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.redis.Reply;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Questions to people that a run has left open as it ended (AG-UI's interrupts): a thread keeps
 * them until a run brings the answers. What has expired, or was answered by a run that failed, may
 * be answered, and need not be.
 */
final class Questions {
  /** Questions of a thread that are kept; of a run that asks more, none is. */
  static final int MOST = 16;

  /** Answers that an input may have. */
  static final int MOST_ANSWERS = 256;

  private static final int MOST_ID = 256;
  private static final String NONE = "[]";

  /** Those before may be answered once more. */
  private static final String LAPSE = "lapse";

  /** Nothing is known of what is open: any answers will do. */
  private static final String UNKNOWN = "none";

  private Questions() {}

  /**
   * Returns the ids that a run's input answers, as JSON.
   *
   * @param input AG-UI's {@code RunAgentInput}
   */
  static String answered(String input) {
    if (!input.contains("\"resume\"")) {
      return NONE;
    }
    ArrayNode ids = Json.array();
    Json.parse(input).path("resume").forEach(one -> ids.add(one.path("interruptId").asText()));
    return Json.text(ids);
  }

  /**
   * Returns what a run leaves open, as {@code thread_end} takes it. A run that fails, or is
   * cancelled before an agent had it, has perhaps passed on no answer: its page sends them again.
   *
   * @param last the event that has ended it; none: nothing
   */
  static String open(RunRecord run, @Nullable JsonNode last) {
    if (last == null) {
      return NONE;
    }
    String outcome = last.path("outcome").path("type").asText();
    boolean unread = outcome.equals(Outcome.CANCELLED) && run.times().started() == 0;
    if (unread || last.path("type").asText().equals(EventType.RUN_ERROR.name())) {
      return LAPSE;
    }
    ArrayNode open = Json.array();
    for (JsonNode one : last.path("outcome").path("interrupts")) {
      String id = one.path("id").asText();
      if (open.size() == MOST || id.length() > MOST_ID) {
        return UNKNOWN;
      }
      ObjectNode question = open.addObject().put("id", id);
      question.put("until", until(one.path("expiresAt").asText("")));
    }
    return Json.text(open);
  }

  /**
   * Returns the ids of those that wait for an answer.
   *
   * @param asked as {@code thread_end} keeps them
   * @param now ms since 1970
   */
  static List<String> waiting(String asked, long now) {
    List<String> ids = new ArrayList<>();
    for (JsonNode one : Json.parse(asked)) {
      long until = one.path("until").asLong();
      if (until == 0 || until > now) {
        ids.add(one.path("id").asText());
      }
    }
    return ids;
  }

  /** A time that can't be read is none. */
  private static long until(String time) {
    try {
      return time.isEmpty() ? 0 : Math.max(1, Instant.parse(time).toEpochMilli());
    } catch (DateTimeException | ArithmeticException e) {
      return 0;
    }
  }

  /** Returns why a run may not begin. */
  static HoldfastException refusal(Reply reply) {
    String ids = named(reply.list().subList(1, reply.size()));
    return HoldfastException.withPublicMessage(
        ErrorCode.CONFLICT,
        reply.at(0).asText().equals("open")
            ? "thread: it waits for answers to " + ids
            : "resume: not open, or answered: " + ids);
  }

  private static String named(List<Reply> ids) {
    return ids.stream().limit(MOST).map(Reply::asText).collect(Collectors.joining(", "));
  }
}
