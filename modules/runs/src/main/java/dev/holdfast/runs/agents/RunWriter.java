package dev.holdfast.runs.agents;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.holdfast.agui.AguiEvent;
import dev.holdfast.agui.EventReader;
import dev.holdfast.agui.EventWriter;
import dev.holdfast.agui.Extras;
import dev.holdfast.agui.Outcome;
import dev.holdfast.agui.RunEvent;
import dev.holdfast.agui.run.Grammar;
import dev.holdfast.agui.run.Grammar.Phase;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.runs.RunView;
import dev.holdfast.runs.WorkerRun;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Writes the events of a run. Knows what is open, so that a run that is cancelled can be finished;
 * and how much is not stored yet, so that no more is read than is stored. Confined to its context.
 */
final class RunWriter {
  /**
   * Characters that are not stored yet: above the one its source waits, below the other it goes on.
   */
  private static final long MUCH = 64 << 10;

  private static final long LITTLE = 16 << 10;

  /** The service counts the events of a batch. */
  private static final Pattern REFUSED = Pattern.compile("events/(\\d{1,9}): (.*)", Pattern.DOTALL);

  private final WorkerRun run;
  private final Consumer<AgentException> refused;
  private final Grammar grammar = new Grammar();
  private Consumer<Boolean> flow = goOn -> {};
  private long events;
  private long waiting;
  private boolean held;
  private boolean over;
  private boolean broken;

  /**
   * @param refused called once, if the service refuses an event
   */
  RunWriter(WorkerRun run, Consumer<AgentException> refused) {
    this.run = run;
    this.refused = refused;
  }

  /**
   * @param action gets whether its source may go on
   */
  void onFlow(Consumer<Boolean> action) {
    flow = action;
  }

  RunView run() {
    return run.run();
  }

  /** Returns whether an event was written. */
  boolean hasBegun() {
    return events > 0 || over;
  }

  /** Returns whether the event that ends the run was written. */
  boolean isOver() {
    return over;
  }

  /**
   * Writes an event as it came.
   *
   * @throws AgentException with its index and the rule, if it is none, or may not come here
   */
  void write(String json) {
    try {
      write(EventReader.read(json), json);
    } catch (HoldfastException e) {
      throw bad(e.code(), events, e.publicMessage());
    }
  }

  void write(AguiEvent event) {
    write(event, EventWriter.write(event));
  }

  private void write(AguiEvent event, String json) {
    if (over) {
      return;
    }
    String wrong = grammar.check(event);
    if (wrong != null) {
      throw bad(ErrorCode.BAD_REQUEST, events, wrong);
    }
    over = event instanceof RunEvent && !(event instanceof RunEvent.Started);
    long index = events++;
    int size = json.length();
    waiting += size;
    run.send(json).onSuccess(stored -> leave(size)).onFailure(failure -> failed(index, failure));
    if (waiting > MUCH && !held) {
      held = true;
      flow.accept(false);
    }
  }

  private void leave(int size) {
    waiting -= size;
    if (held && waiting < LITTLE) {
      held = false;
      flow.accept(true);
    }
  }

  /** The first event of a batch comes first here, and the service says which of them it was. */
  private void failed(long index, Throwable failure) {
    HoldfastException named = HoldfastException.from(failure);
    boolean ofEvents =
        named.code() == ErrorCode.BAD_REQUEST
            || named.code() == ErrorCode.TOO_LARGE
            || named.code() == ErrorCode.LIMIT_EXCEEDED
            || named.code() == ErrorCode.RATE_LIMITED;
    if (ofEvents && !broken) {
      broken = true;
      Matcher batch = REFUSED.matcher(named.publicMessage());
      refused.accept(
          batch.matches()
              ? bad(named.code(), index + Long.parseLong(batch.group(1)), batch.group(2))
              : bad(named.code(), index, named.publicMessage()));
    }
  }

  private static AgentException bad(ErrorCode code, long index, String wrong) {
    boolean isWrong = code == ErrorCode.BAD_REQUEST;
    return new AgentException(
        isWrong ? AgentException.BAD_EVENTS : AgentException.RUN_TOO_LARGE,
        "event " + index + ": " + wrong);
  }

  void begin() {
    write(new RunEvent.Started(run().threadId(), run().runId(), null, null, null, Extras.NONE));
  }

  /** Ends the run with an error; nothing if it has an end that was not refused. */
  void fail(AgentException failure) {
    if (!over || broken) {
      over = true;
      run.send(
          EventWriter.write(new RunEvent.Error(failure.text(), failure.code(), null, Extras.NONE)));
    }
  }

  /** Closes what is open, and ends the run as cancelled; nothing if it has an end. */
  void cancel() {
    if (over) {
      return;
    }
    if (grammar.phase() == Phase.NEW) {
      begin();
    }
    grammar.closing(Outcome.CANCELLED).forEach(this::write);
    finish(Outcome.of(Outcome.CANCELLED), null, null);
  }

  void finish(Outcome outcome, @Nullable JsonNode result, @Nullable ArrayNode usage) {
    write(
        new RunEvent.Finished(
            run().threadId(), run().runId(), result, outcome, usage, Extras.NONE));
  }
}
