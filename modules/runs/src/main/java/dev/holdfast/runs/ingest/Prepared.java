package dev.holdfast.runs.ingest;

import dev.holdfast.agui.AguiEvent;
import dev.holdfast.agui.EventReader;
import dev.holdfast.agui.EventWriter;
import dev.holdfast.agui.Extras;
import dev.holdfast.agui.run.Coalescer;
import dev.holdfast.agui.run.Transcript;
import dev.holdfast.agui.run.UserEvent;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A worker's batch as it is to be appended: checked, whole, and with adjacent deltas of one text
 * merged. It follows from the run before it and from the batch alone, so the same batch has the
 * same numbers when it is sent again.
 *
 * @param terminal the event that ends the run; it is not among the entries
 * @param shorthand whether a shorthand opened or closed something, which only a snapshot remembers
 */
record Prepared(List<Entry> entries, @Nullable AguiEvent terminal, boolean shorthand) {
  /** The most characters of one event, as JSON. */
  static final int MOST_EVENT = 256 << 10;

  /**
   * One publication.
   *
   * @param news of the owner that follow from it
   */
  record Entry(AguiEvent event, List<UserEvent> news) {
    RunLog.Entry publication() {
      return new RunLog.Entry(event.typeName(), EventWriter.write(event));
    }
  }

  /**
   * Checks a batch, and takes it into the transcript.
   *
   * @param now ms since 1970, the time of events that have none
   * @throws HoldfastException BAD_REQUEST or TOO_LARGE, with the event's index and the rule that it
   *     breaks; the transcript may have taken a part then, and is to be dropped
   */
  static Prepared of(Transcript transcript, List<String> events, long now) {
    Coalescer merging = new Coalescer(0, MOST_EVENT / 4);
    Map<AguiEvent, List<UserEvent>> news = new IdentityHashMap<>();
    AguiEvent terminal = null;
    boolean shorthand = false;
    for (int i = 0; i < events.size(); i++) {
      try {
        AguiEvent event = read(events.get(i));
        for (AguiEvent whole : transcript.expand(event)) {
          var accepted = transcript.accept(whole, now);
          shorthand |= whole != event && !(whole instanceof AguiEvent.Delta);
          if (transcript.end() != null) {
            terminal = accepted.event();
          } else {
            merging.add(accepted.event(), now);
            news.put(accepted.event(), accepted.news());
          }
        }
      } catch (HoldfastException e) {
        throw HoldfastException.withPublicMessage(
            e.code(), "events/" + i + ": " + e.publicMessage());
      }
    }
    List<Entry> entries = new ArrayList<>();
    for (AguiEvent event : merging.all(now)) {
      entries.add(new Entry(event, news.getOrDefault(event, List.of())));
    }
    return new Prepared(entries, terminal, shorthand);
  }

  private static AguiEvent read(String json) {
    if (json.length() > MOST_EVENT) {
      throw HoldfastException.withPublicMessage(
          ErrorCode.TOO_LARGE, "at most " + MOST_EVENT + " characters");
    }
    AguiEvent event = EventReader.read(json);
    Extras extras = event.extras();
    return extras.rawEvent() == null
        ? event
        : event.with(
            new Extras(
                extras.timestamp(),
                null,
                extras.metadata(),
                extras.subagentRunId(),
                extras.others()));
  }

  /** Returns whether it does nothing but let texts grow. */
  boolean onlyGrows() {
    return terminal == null
        && entries.stream().allMatch(entry -> entry.event() instanceof AguiEvent.Delta);
  }
}
