package dev.holdfast.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.core.Ids;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * A client's publications: numbered per channel, kept while unanswered, and sent again in order
 * before anything new. Confined to its client's lock.
 */
final class Publications {
  /** {@link #refused}: nothing to send again. */
  static final long DONE = -1;

  private static final long RETRY_MILLIS = 50;

  private final Consumer<ObjectNode> out;
  private final Map<String, Line> lines = new HashMap<>();
  private final Map<String, Unanswered> byFrame = new HashMap<>();
  private boolean connected;

  /**
   * @param out writes to the connection of the moment
   */
  Publications(Consumer<ObjectNode> out) {
    this.out = out;
  }

  CompletableFuture<Published> add(String channel, String event, JsonNode data) {
    Line line = lines.computeIfAbsent(channel, name -> new Line());
    var publication = new Unanswered(channel, event, data, line.next++);
    line.unanswered.add(publication);
    if (connected) {
      send(publication);
    }
    return publication.answer;
  }

  /** Sends it as the next one, and keeps nothing of it. */
  void forgotten(String channel, String event, JsonNode data) {
    Line line = lines.computeIfAbsent(channel, name -> new Line());
    write(new Unanswered(channel, event, data, line.next), Ids.fresh());
  }

  /**
   * A welcome: sends all that is unanswered.
   *
   * @param sameSession false: another session, whose numbers begin at 1
   */
  void connected(boolean sameSession) {
    connected = true;
    for (Line line : lines.values()) {
      if (!sameSession) {
        line.renumber(1);
      }
      send(line);
    }
  }

  void disconnected() {
    connected = false;
    byFrame.clear();
  }

  /** Whether the frame was a publication's. */
  boolean answered(String frame, JsonNode data) {
    Unanswered publication = byFrame.remove(frame);
    if (publication == null) {
      return false;
    }
    Line line = lines.get(publication.channel);
    line.unanswered.remove(publication);
    publication.answer.complete(
        new Published(Json.position(data), data.path("duplicate").asBoolean()));
    return true;
  }

  boolean has(String frame) {
    return byFrame.containsKey(frame);
  }

  /**
   * An error to one of them.
   *
   * @return in how many ms {@link #again} is to be called for its channel, or {@link #DONE}
   */
  long refused(String frame, ObjectNode error) {
    Unanswered publication = byFrame.remove(frame);
    boolean current = publication != null && frame.equals(publication.frame);
    if (!current) {
      return DONE; // It has been sent again since.
    }
    Line line = lines.get(publication.channel);
    String code = error.path("code").asText();
    if (code.equals("out_of_sequence") && line.unanswered.peek() == publication) {
      line.expected(error.path("expected").asLong());
      send(line);
      return DONE;
    }
    if (code.equals("fenced")) {
      return DONE; // The close that follows decides.
    }
    if (error.path("retryable").asBoolean()) {
      // Errors to those behind it say only that this one was missing.
      line.unanswered.forEach(behind -> behind.frame = null);
      return error.path("retryAfter").asLong(RETRY_MILLIS);
    }
    line.unanswered.remove(publication);
    publication.answer.completeExceptionally(
        new RefusedException(code, error.path("message").asText()));
    return DONE;
  }

  /** Sends all unanswered of a channel. */
  void again(String channel) {
    if (connected) {
      send(lines.get(channel));
    }
  }

  /** The client has ended. */
  void fail(RuntimeException reason) {
    for (Line line : lines.values()) {
      List<Unanswered> rest = new ArrayList<>(line.unanswered);
      line.unanswered.clear();
      rest.forEach(publication -> publication.answer.completeExceptionally(reason));
    }
  }

  /** The channel of a frame in flight. */
  String channel(String frame) {
    return byFrame.get(frame).channel;
  }

  int unanswered() {
    return lines.values().stream().mapToInt(line -> line.unanswered.size()).sum();
  }

  private void send(Line line) {
    line.unanswered.forEach(this::send);
  }

  /** A new frame id each time, so that an error to an older sending is known as such. */
  private void send(Unanswered publication) {
    publication.frame = Ids.fresh();
    byFrame.put(publication.frame, publication);
    write(publication, publication.frame);
  }

  private void write(Unanswered publication, String id) {
    ObjectNode frame = Json.frame("publish").put("id", id);
    frame.put("channel", publication.channel).put("event", publication.event);
    frame.set("data", publication.data);
    out.accept(frame.put("n", publication.n));
  }

  private static final class Line {
    final Deque<Unanswered> unanswered = new ArrayDeque<>();
    long next = 1;

    /** What is below the number expected is stored: it keeps its number, and is a duplicate. */
    void expected(long number) {
      if (number < unanswered.peek().n) {
        renumber(number);
      }
    }

    void renumber(long from) {
      next = from;
      for (Unanswered publication : unanswered) {
        publication.n = next++;
      }
    }
  }

  private static final class Unanswered {
    final String channel;
    final String event;
    final JsonNode data;
    final CompletableFuture<Published> answer = new CompletableFuture<>();
    long n;
    String frame;

    Unanswered(String channel, String event, JsonNode data, long n) {
      this.channel = channel;
      this.event = event;
      this.data = data;
      this.n = n;
    }
  }
}
