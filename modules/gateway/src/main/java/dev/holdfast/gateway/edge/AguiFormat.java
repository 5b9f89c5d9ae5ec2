package dev.holdfast.gateway.edge;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.agui.AguiEvent;
import dev.holdfast.agui.EventWriter;
import dev.holdfast.agui.Extras;
import dev.holdfast.agui.Json;
import dev.holdfast.agui.Outcome;
import dev.holdfast.agui.RunEvent;
import dev.holdfast.agui.run.Prelude;
import dev.holdfast.agui.run.Snapshot;
import dev.holdfast.core.Position;
import dev.holdfast.gateway.stream.RunFormat;
import dev.holdfast.gateway.stream.RunFrame;
import dev.holdfast.runs.RunFound;
import dev.holdfast.runs.RunView;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A run as an AG-UI client reads it: the events of its log; for who comes late, first those that
 * stand for what came before. A message's id is the position behind it.
 */
final class AguiFormat implements RunFormat {
  private static final String STARTED = "RUN_STARTED";

  private final String run;
  private final Preludes preludes;
  private @Nullable String input;

  /**
   * @param preludes of this event loop
   * @param input the run's if its reader may have read it before: without a snapshot it is read
   *     from its beginning, which takes back what the reader has; none: it is new
   */
  AguiFormat(RunView run, Preludes preludes, @Nullable String input) {
    this.run = run.run();
    this.preludes = preludes;
    this.input = input;
  }

  /**
   * Says all of a run of which only its thread is kept.
   *
   * @param runId if the answer names none
   */
  static Buffer whole(String threadId, String runId, RunFound found) {
    ObjectNode document = (ObjectNode) Json.parse(Objects.requireNonNull(found.document()));
    RunView run = found.run();
    String known = run == null ? document.path("runId").asText(runId) : run.runId();
    document.put("threadId", threadId).put("phase", "finished");
    boolean isLast = known.equals(document.path("runId").asText());
    if (!isLast || !document.has("end")) {
      document.set("end", EventWriter.tree(end(threadId, known, run)));
    }
    document.put("runId", known);
    Snapshot snapshot = new Snapshot(document);
    Buffer text = Buffer.buffer();
    for (AguiEvent event : Prelude.of(snapshot, null)) {
      boolean isKnown = document.has("messages") || event instanceof RunEvent;
      if (isKnown) {
        message(text, "", EventWriter.write(event));
      }
    }
    return text;
  }

  private static AguiEvent end(String threadId, String runId, @Nullable RunView run) {
    String outcome = run == null || run.outcome() == null ? Outcome.SUCCESS : run.outcome();
    if (outcome.equals("error")) {
      String code = run == null ? null : run.code();
      return new RunEvent.Error("The run has failed.", code, null, Extras.NONE);
    }
    boolean isCancelled = outcome.equals(Outcome.CANCELLED);
    Outcome said = isCancelled ? Outcome.of(Outcome.CANCELLED) : Outcome.of(Outcome.SUCCESS);
    return new RunEvent.Finished(threadId, runId, null, said, null, Extras.NONE);
  }

  private static void message(Buffer text, String id, String data) {
    text.appendString(id).appendString("data: ").appendString(data).appendString("\n\n");
  }

  private static String id(@Nullable Position at) {
    return at == null ? "" : "id: " + at.text() + "\n";
  }

  /** The last message alone has an id: before it, the client has less than the position says. */
  @Override
  public Buffer snapshot(RunFrame frame) {
    input = null;
    return preludes.of(run, frame.at(), frame.data().length, () -> prelude(frame));
  }

  private Buffer prelude(RunFrame frame) {
    String json = new String(frame.data(), StandardCharsets.UTF_8);
    ObjectNode about = Json.object();
    about.set("holdfast", about(frame.at()));
    List<AguiEvent> events = Prelude.of(new Snapshot((ObjectNode) Json.parse(json)), about);
    Buffer text = Buffer.buffer();
    for (int i = 0; i < events.size(); i++) {
      String id = i == events.size() - 1 ? id(frame.at()) : "";
      message(text, id, EventWriter.write(events.get(i)));
    }
    return text;
  }

  private ObjectNode about(@Nullable Position at) {
    ObjectNode about = Json.object().put("run", run);
    return at == null ? about : about.put("epoch", at.epoch()).put("seq", at.seq());
  }

  @Override
  public Buffer event(RunFrame frame) {
    Buffer text = Buffer.buffer(frame.data().length + 64);
    if (frame.event().equals(STARTED)) {
      return started(text, frame);
    }
    return text.appendString(id(frame.at()))
        .appendString("data: ")
        .appendBytes(frame.data())
        .appendString("\n\n");
  }

  private Buffer started(Buffer text, RunFrame frame) {
    ObjectNode started = (ObjectNode) Json.parse(new String(frame.data(), StandardCharsets.UTF_8));
    started.withObject("/metadata").set("holdfast", about(frame.at()));
    if (input == null) {
      message(text, id(frame.at()), Json.text(started));
      return text;
    }
    JsonNode given = Json.parse(input);
    input = null;
    ObjectNode messages = Json.object().put("type", "MESSAGES_SNAPSHOT");
    messages.set("messages", given.path("messages"));
    ObjectNode state = Json.object().put("type", "STATE_SNAPSHOT");
    state.set("snapshot", given.has("state") ? given.get("state") : Json.object());
    message(text, "", Json.text(started));
    message(text, "", Json.text(messages));
    message(text, id(frame.at()), Json.text(state));
    return text;
  }
}
