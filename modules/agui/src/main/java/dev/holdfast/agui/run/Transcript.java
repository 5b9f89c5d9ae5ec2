package dev.holdfast.agui.run;

import com.fasterxml.jackson.databind.JsonNode;
import dev.holdfast.agui.AguiEvent;
import dev.holdfast.agui.EventWriter;
import dev.holdfast.agui.Extras;
import dev.holdfast.agui.Json;
import dev.holdfast.agui.Message;
import dev.holdfast.agui.ReasoningEvent;
import dev.holdfast.agui.RunEvent;
import dev.holdfast.agui.StateEvent;
import dev.holdfast.agui.StepEvent;
import dev.holdfast.agui.SubagentEvent;
import dev.holdfast.agui.run.Grammar.Phase;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One run as of one position of its log: what is open, messages, state, and the events of its
 * owner. It takes the run's events one by one, and refuses one that breaks the grammar, does not
 * fit, or comes after the end; a refused event changes nothing. Not safe for several threads.
 */
public final class Transcript {
  /**
   * An event as it is to be stored.
   *
   * @param news the owner's events that follow from it
   */
  public record Accepted(AguiEvent event, List<UserEvent> news) {}

  final String threadId;
  final String runId;
  final int limit;
  final Grammar grammar = new Grammar();
  final Chunks chunks = new Chunks();
  final Fold fold;
  final Progress progress;

  /** SUBAGENT_* events of this run: a late reader's verifier has to know them. */
  final List<AguiEvent> subagents = new ArrayList<>();

  /** The ids of the messages that were there before the run. */
  final List<String> given;

  private @Nullable AguiEvent end;
  private long subagentWeight;

  /**
   * A run that has not begun.
   *
   * @param threadId as the client calls it, as {@code runId}
   * @param messages the thread's, its new input too
   * @param state the thread's shared state
   * @param limit of all that is kept, a snapshot's length, in characters of JSON, roughly
   */
  public Transcript(
      String threadId, String runId, List<Message> messages, JsonNode state, int limit) {
    this.threadId = threadId;
    this.runId = runId;
    this.limit = limit;
    fold = new Fold(messages, state);
    progress = new Progress(fold);
    given = new ArrayList<>(messages.stream().map(Message::id).toList());
    grammar.learn(messages);
  }

  /**
   * Lets the owner's events say which questions of the run before this one brings answers to.
   * Called before the first event.
   *
   * @param resume of the run's input: a list, or nothing
   */
  public Transcript answeredBy(JsonNode resume) {
    progress.answeredBy(resume);
    return this;
  }

  /**
   * Makes whole events of a shorthand ({@code …_CHUNK}), and closes before another event what
   * shorthands left open. Each is to be accepted in turn; if one of several is refused, the
   * shorthand is taken in part, and the transcript is to be made anew from a snapshot.
   *
   * @throws HoldfastException BAD_REQUEST; nothing has changed then
   */
  public List<AguiEvent> expand(AguiEvent event) {
    return chunks.expand(event);
  }

  /**
   * Takes the next event.
   *
   * @param now ms since 1970: the event's time if it has none
   * @throws HoldfastException BAD_REQUEST with the rule broken, TOO_LARGE; nothing has changed then
   */
  public Accepted accept(AguiEvent event, long now) {
    Extras extras = event.extras();
    AguiEvent timed = extras.timestamp() == null ? event.with(extras.at(now)) : event;
    checkRun(timed);
    reserve(timed);
    apply(timed);
    return new Accepted(timed, progress.next(timed));
  }

  /** A patch that does not fit is found by doing it, and changes nothing in the grammar. */
  private void apply(AguiEvent event) {
    String wrong = grammar.check(event);
    if (wrong != null) {
      throw refusal(wrong);
    }
    try {
      fold.apply(event, (int) Math.max(0, limit - weight()));
    } catch (HoldfastException e) {
      throw HoldfastException.withPublicMessage(e.code(), event.typeName() + " " + e.getMessage());
    }
    if (event instanceof SubagentEvent subagent) {
      remember(subagent);
    } else if (event instanceof RunEvent && !(event instanceof RunEvent.Started)) {
      end = event;
    }
  }

  private void checkRun(AguiEvent event) {
    if (end != null) {
      throw refusal(event.typeName() + " after the run's end");
    }
    if (event instanceof RunEvent.Started started) {
      checkIds(event, started.threadId(), started.runId());
    } else if (event instanceof RunEvent.Finished finished) {
      checkIds(event, finished.threadId(), finished.runId());
    }
  }

  private void checkIds(AguiEvent event, String thread, String run) {
    if (!thread.equals(threadId) || !run.equals(runId)) {
      throw refusal(event.typeName() + " of another thread or run");
    }
  }

  /** Looks whether there is room for the event. What makes nothing heavier always has some. */
  private void reserve(AguiEvent event) {
    long more = fold.heavierBy(event) + booksHeavierBy(event);
    if (more > 0 && weight() + more > limit) {
      throw HoldfastException.withPublicMessage(
          ErrorCode.TOO_LARGE, "what is kept of the run is larger than " + limit);
    }
  }

  /** The weight of what the fold does not keep, and the grammar or a late reader needs. */
  private long booksHeavierBy(AguiEvent event) {
    if (event instanceof StateEvent.Messages snapshot) {
      return grammar.owners.heavierBy(snapshot.messages());
    } else if (event instanceof RunEvent.Started started) {
      return grammar.owners.heavierBy(started.messages());
    } else if (event instanceof SubagentEvent.Started
        || event instanceof StepEvent.Started
        || event instanceof ReasoningEvent.Start) {
      return Json.weight(EventWriter.tree(event));
    } else if (event instanceof SubagentEvent end) {
      Construct open = new Construct(Construct.Kind.SUBAGENT, end.subagentRunId(), null);
      return Json.weight(EventWriter.tree(event)) - open.weight();
    }
    return 0;
  }

  /** Keeps a subagent's event, which the grammar allowed, now or before the snapshot. */
  void remember(AguiEvent event) {
    subagents.add(event);
    subagentWeight += Json.weight(EventWriter.tree(event));
    if (event instanceof SubagentEvent subagent && !(event instanceof SubagentEvent.Started)) {
      grammar.endedSubagents().add(subagent.subagentRunId());
    }
  }

  private static HoldfastException refusal(String message) {
    return HoldfastException.withPublicMessage(ErrorCode.BAD_REQUEST, message);
  }

  /** Takes the end up that a snapshot has. */
  void ended(@Nullable AguiEvent event) {
    end = event;
  }

  /** The terminal event; none: the run goes on. */
  public @Nullable AguiEvent end() {
    return end;
  }

  public Phase phase() {
    return grammar.phase();
  }

  /** The amount that is kept, in characters of JSON, roughly. */
  public long weight() {
    return fold.weight() + subagentWeight + grammar.weight();
  }

  /**
   * Returns the events that close everything that is open, newest first, so that the run can be
   * finished.
   *
   * @param reason what is said of subagents that did not come to an end
   */
  public List<AguiEvent> closing(String reason) {
    return grammar.closing(reason);
  }

  /** The run as one document. */
  public Snapshot snapshot() {
    return SnapshotForm.write(this);
  }

  /** The run as the document says it; it goes on from there. */
  public static Transcript of(Snapshot snapshot, int limit) {
    return SnapshotForm.read(Objects.requireNonNull(snapshot, "snapshot"), limit);
  }
}
