package dev.holdfast.client.protocol;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.client.session.ClientTimes;
import dev.holdfast.client.session.Cursor;
import dev.holdfast.client.session.From;
import dev.holdfast.client.session.RefusedException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Subscriptions and unsubscriptions that are not answered yet. They are asked on each connection
 * until they are, those of one channel one after the other, so that a repetition keeps their order.
 * Confined to the session's thread.
 */
final class Questions {
  private static final long LONGEST_RETRY = 5_000;

  /** Most subscriptions that wait for an answer; a server allows fewer channels for one session. */
  private static final int MOST = 1_000;

  private static final String SUBSCRIBE = "subscribe";
  private static final String UNSUBSCRIBE = "unsubscribe";

  private final Wire wire;
  private final Consumer<String> out;
  private final Frames.Ids ids;
  private final long firstRetry;
  private final Function<String, @Nullable Cursor> received;
  private final Map<String, Deque<Question>> byChannel = new LinkedHashMap<>();
  private final Map<String, Question> byFrame = new HashMap<>();
  private boolean connected;
  private int count;

  private final class Question {
    final String channel;
    final String type;
    final ObjectNode frame;
    final CompletableFuture<JsonNode> answer = new CompletableFuture<>();
    final Alarm retry = new Alarm(wire);
    int tries;

    Question(String channel, String type, ObjectNode frame) {
      this.channel = channel;
      this.type = type;
      this.frame = frame;
    }
  }

  /**
   * @param received the last position received of a channel
   */
  Questions(
      Wire wire,
      Frames.Ids ids,
      ClientTimes times,
      Function<String, @Nullable Cursor> received,
      Consumer<String> out) {
    this.received = received;
    this.wire = wire;
    this.ids = ids;
    this.firstRetry = times.retry().toMillis();
    this.out = out;
  }

  /**
   * @param token a channel token; none: without
   */
  CompletableFuture<JsonNode> subscribe(String channel, From from, @Nullable String token) {
    if (count >= MOST) {
      String full = count + " subscriptions are unanswered";
      return CompletableFuture.failedFuture(
          new RefusedException(RefusedException.QUEUE_FULL, full, true));
    }
    ObjectNode frame = Frames.question(SUBSCRIBE).put("channel", channel);
    frame.set("from", from.json());
    if (token != null) {
      frame.put("token", token);
    }
    return ask(new Question(channel, SUBSCRIBE, frame));
  }

  /**
   * Unsubscribes. If an unsubscription of the channel waits already, its answer is this one's, too.
   */
  CompletableFuture<JsonNode> unsubscribe(String channel) {
    Deque<Question> queue = byChannel.get(channel);
    if (queue != null && queue.peekLast().type.equals(UNSUBSCRIBE)) {
      return queue.peekLast().answer;
    }
    ObjectNode frame = Frames.question(UNSUBSCRIBE).put("channel", channel);
    return ask(new Question(channel, UNSUBSCRIBE, frame));
  }

  private CompletableFuture<JsonNode> ask(Question question) {
    int size = Frames.size(question.frame);
    if (size > Frames.LIMIT) {
      return CompletableFuture.failedFuture(Frames.tooLarge(size, Frames.LIMIT));
    }
    Deque<Question> queue =
        byChannel.computeIfAbsent(question.channel, name -> new ArrayDeque<>(2));
    queue.add(question);
    count++;
    if (queue.size() == 1) {
      send(question);
    }
    return question.answer;
  }

  /** Returns whether an unsubscription is unanswered: the channel's events are not wanted. */
  boolean leaves(String channel) {
    Deque<Question> queue = byChannel.get(channel);
    return queue != null && queue.stream().anyMatch(question -> question.type.equals(UNSUBSCRIBE));
  }

  void connected() {
    connected = true;
    for (Deque<Question> queue : List.copyOf(byChannel.values())) {
      send(queue.peek());
    }
  }

  void disconnected() {
    connected = false;
    byFrame.clear();
    byChannel.values().forEach(queue -> queue.peek().retry.cancel());
  }

  /** Returns whether the frame was one of these. */
  boolean answered(String id, JsonNode data) {
    Question question = byFrame.remove(id);
    if (question == null) {
      return false;
    }
    next(question);
    question.answer.complete(data);
    return true;
  }

  /** Returns whether the frame was one of these. */
  boolean refused(String id, RefusedException error) {
    Question question = byFrame.remove(id);
    if (question == null) {
      return false;
    }
    if (error.isRetryable()) {
      long wait = Math.min(LONGEST_RETRY, firstRetry << Math.min(question.tries++, 10));
      question.retry.set(wait, () -> send(question));
      return true;
    }
    next(question);
    if (question.type.equals(SUBSCRIBE) && error.code().equals("conflict")) {
      question.answer.complete(NullNode.getInstance());
    } else {
      question.answer.completeExceptionally(error);
    }
    return true;
  }

  void fail(RefusedException reason) {
    List<Question> open = new ArrayList<>();
    byChannel.values().forEach(open::addAll);
    byChannel.clear();
    count = 0;
    open.forEach(question -> question.answer.completeExceptionally(reason));
  }

  private void next(Question question) {
    Deque<Question> queue = Objects.requireNonNull(byChannel.get(question.channel), "queue");
    queue.remove(question);
    count--;
    if (queue.isEmpty()) {
      byChannel.remove(question.channel);
    } else {
      send(queue.peek());
    }
  }

  /** What goes on with a token goes on behind the last event, if the server has ended it. */
  private void goOn(Question question) {
    Cursor at = question.frame.has("token") ? received.apply(question.channel) : null;
    if (at != null) {
      question.frame.set("from", From.after(at).json());
    }
  }

  private void send(Question question) {
    if (connected) {
      String id = ids.next();
      byFrame.put(id, question);
      goOn(question);
      out.accept(question.frame.put("id", id).toString());
    }
  }
}
