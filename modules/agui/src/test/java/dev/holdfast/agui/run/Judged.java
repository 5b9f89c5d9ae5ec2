package dev.holdfast.agui.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.agui.AguiEvent;
import dev.holdfast.agui.EventWriter;
import dev.holdfast.agui.Json;
import dev.holdfast.agui.Message;
import dev.holdfast.agui.RandomRun;
import dev.holdfast.agui.patch.JsonPatch;
import dev.holdfast.core.HoldfastException;
import java.util.List;

/** What our code says of events, in the form in which others' answers come. */
public final class Judged {
  /** The messages that a run begins with. */
  public static final JsonNode MESSAGES =
      Json.parse("[{\"id\":\"q\",\"role\":\"user\",\"content\":\"why?\"}]");

  /** Events and what refused the one behind them, or null. */
  public record Expanded(ArrayNode events, String refused) {}

  private Judged() {}

  /** How many events the grammar allows from the beginning on. */
  public static int accepted(List<AguiEvent> events) {
    Grammar grammar = new Grammar();
    int accepted = 0;
    for (AguiEvent event : events) {
      if (grammar.check(event) != null) {
        break;
      }
      accepted++;
    }
    return accepted;
  }

  /** Messages and state after the events. */
  public static JsonNode kept(List<AguiEvent> events) {
    return TranscriptTest.essence(after(events));
  }

  /** What a reader gets who comes after the events. */
  public static List<AguiEvent> prelude(List<AguiEvent> events) {
    return Prelude.of(after(events).snapshot(), null);
  }

  public static Transcript after(List<AguiEvent> events) {
    Message question = Message.read((ObjectNode) MESSAGES.get(0));
    Transcript run =
        new Transcript(RandomRun.THREAD, RandomRun.RUN, List.of(question), Json.object(), 1 << 20);
    events.forEach(event -> run.accept(event, 1));
    return run;
  }

  /** What shorthands become. */
  public static Expanded expanded(List<AguiEvent> events) {
    Chunks chunks = new Chunks();
    ArrayNode expanded = Json.array();
    for (AguiEvent event : events) {
      try {
        chunks.expand(event).forEach(each -> expanded.add(EventWriter.tree(each)));
      } catch (HoldfastException e) {
        return new Expanded(expanded, e.getMessage());
      }
    }
    return new Expanded(expanded, null);
  }

  /** The document after the patch, or null where it does not fit. */
  public static JsonNode patched(JsonNode document, ArrayNode patch) {
    try {
      return JsonPatch.apply(document, patch, 100_000).document();
    } catch (HoldfastException e) {
      return null;
    }
  }
}
