package dev.holdfast.client.protocol;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.client.session.ClientBounds;
import dev.holdfast.client.session.ClientTimes;
import dev.holdfast.client.session.RefusedException;
import dev.holdfast.client.session.SessionOptions;
import dev.holdfast.client.session.Stored;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * A session's durable publications: numbered per channel, kept while unanswered, and sent again in
 * order, so that each is stored once. Confined to the session's thread.
 */
final class Publications {
  private final Wire wire;
  private final Frames.Ids ids;
  private final Consumer<String> out;
  private final ClientTimes times;
  private final ClientBounds bounds;
  private final Map<String, PublishLine> lines = new LinkedHashMap<>();
  private final Map<String, Unanswered> byFrame = new HashMap<>();
  private long frameLimit = Frames.LIMIT;
  private boolean connected;
  private int count;
  private long bytes;

  Publications(Wire wire, Frames.Ids ids, SessionOptions options, Consumer<String> out) {
    this.wire = wire;
    this.ids = ids;
    this.times = options.times();
    this.bounds = options.bounds();
    this.out = out;
  }

  /** Publishes. Completes when it is stored, over any number of connections. */
  CompletableFuture<Stored> publish(String channel, String event, JsonNode data) {
    ObjectNode frame = Frames.question("publish").put("channel", channel).put("event", event);
    frame.set("data", data);
    int size = Frames.size(frame);
    if (size > frameLimit) {
      return CompletableFuture.failedFuture(Frames.tooLarge(size, frameLimit));
    }
    if (count >= bounds.publications() || bytes + size > bounds.bytes()) {
      String full = count + " are unanswered, of " + bytes + " bytes";
      return CompletableFuture.failedFuture(
          new RefusedException(RefusedException.QUEUE_FULL, full, true));
    }
    count++;
    bytes += size;
    PublishLine line = lines.computeIfAbsent(channel, name -> new PublishLine(wire, times));
    Unanswered one = line.add(frame, size);
    if (connected && !line.isHeld()) {
      send(one);
    }
    return one.answer;
  }

  /**
   * Sends all unanswered publications, after a welcome.
   *
   * @param sameSession false if it is a new session, whose numbers begin at 1
   * @param limit bytes of one frame
   */
  void connected(boolean sameSession, long limit) {
    connected = true;
    frameLimit = limit;
    if (!sameSession) {
      lines.values().removeIf(line -> line.unanswered.isEmpty());
      lines.values().forEach(line -> line.renumber(1));
    }
    List<Unanswered> tooLarge = takeTooLarge();
    List.copyOf(lines.values()).forEach(this::sendAll);
    tooLarge.forEach(one -> one.answer.completeExceptionally(Frames.tooLarge(one.size, limit)));
  }

  /**
   * Takes out the publications that are too large for this node, though they fitted another: they
   * could end the session here.
   */
  private List<Unanswered> takeTooLarge() {
    List<Unanswered> tooLarge =
        lines.values().stream()
            .flatMap(line -> line.unanswered.stream())
            .filter(one -> one.size > frameLimit)
            .toList();
    tooLarge.forEach(one -> takeAway(one, 0));
    return tooLarge;
  }

  void disconnected() {
    connected = false;
    byFrame.clear();
    lines.values().forEach(PublishLine::release);
  }

  int unanswered() {
    return count;
  }

  /** Returns whether the frame was one of these. A reply to any sending means that it is stored. */
  boolean answered(String id, JsonNode data) {
    Unanswered one = byFrame.remove(id);
    if (one == null) {
      return false;
    }
    one.line.progress();
    boolean duplicate = data.path("duplicate").asBoolean();
    stored(one, new Stored(data.has("seq") ? Frames.position(data) : null, duplicate));
    return true;
  }

  /** Returns whether the frame was one of these. Only an error to the last sending counts. */
  boolean refused(String id, ObjectNode error) {
    Unanswered one = byFrame.remove(id);
    if (one == null) {
      return false;
    }
    var refusal = Frames.refusal(error);
    boolean counts = id.equals(one.frame) && one.line.unanswered.contains(one);
    if (!counts || refusal.code().equals("fenced")) {
      return true;
    }
    if (refusal.code().equals("out_of_sequence") && error.has("expected")) {
      outOfSequence(one, Frames.number(error, "expected", 1));
    } else if (refusal.isRetryable()) {
      hold(one.line, error.path("retryAfter").asLong(0));
    } else {
      drop(one, refusal);
    }
    return true;
  }

  /** Fails all publications: the client does not come back. */
  void fail(RefusedException reason) {
    disconnected();
    for (PublishLine line : List.copyOf(lines.values())) {
      for (Unanswered one : List.copyOf(line.unanswered)) {
        remove(one);
        one.answer.completeExceptionally(reason);
      }
    }
  }

  private void outOfSequence(Unanswered one, long expected) {
    PublishLine line = one.line;
    long first = line.unanswered.peek().n;
    if (expected == first) {
      hold(line, 0);
      return;
    }
    if (expected > first) {
      line.before(expected).forEach(stored -> stored(stored, new Stored(null, true)));
    } else if (one == line.unanswered.peek()) {
      line.renumber(expected);
    } else {
      return; // The answer to the first decides.
    }
    sendAll(line);
  }

  /** Holds a channel's publications for a while; then sends all that are unanswered. */
  private void hold(PublishLine line, long wait) {
    line.hold(wait, () -> sendAll(line));
  }

  private void drop(Unanswered one, RefusedException refusal) {
    PublishLine line = one.line;
    List<Unanswered> behind = line.behind(one);
    takeAway(one, 1);
    if (!line.isHeld()) {
      behind.forEach(this::send);
    }
    one.answer.completeExceptionally(refusal);
  }

  private void takeAway(Unanswered one, int refusals) {
    remove(one);
    one.line.closeUp(one, refusals);
  }

  private void stored(Unanswered one, Stored answer) {
    remove(one);
    one.answer.complete(answer);
  }

  private void remove(Unanswered one) {
    if (one.line.unanswered.remove(one)) {
      count--;
      bytes -= one.size;
    }
  }

  private void sendAll(PublishLine line) {
    if (connected) {
      line.release();
      List.copyOf(line.unanswered).forEach(this::send);
    }
  }

  private void send(Unanswered one) {
    if (connected) {
      one.frame = ids.next();
      one.sendings++;
      byFrame.put(one.frame, one);
      out.accept(one.json.put("id", one.frame).put("n", one.n).toString());
    }
  }
}
