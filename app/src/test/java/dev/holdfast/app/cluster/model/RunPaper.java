package dev.holdfast.app.cluster.model;

import dev.holdfast.runs.Busy;
import dev.holdfast.runs.RunView;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** A run of the model: what its worker is to write, how it behaves, and what became of it. */
final class RunPaper {
  /** What a worker does with its run. */
  enum Mood {
    STEADY,

    /** Sends each batch twice at once. */
    TWICE,

    /** Falls silent, in mid-batch or between two. */
    DIES,

    /** Falls silent until the run is taken from it, and then goes on. */
    WAKES_LATE,

    /** Gives the run back before it begins, once. */
    GIVES_BACK;

    /** Whether the run may come to its end by this worker. */
    boolean isWell() {
      return this == STEADY || this == TWICE || this == GIVES_BACK;
    }
  }

  final String owner;
  final String thread;
  final String id;
  final String agent;
  final Busy busy;
  final Mood mood;

  /** The batch at which the mood shows. */
  final int turn;

  final List<List<String>> batches;
  private int acked;
  private int tried;
  private boolean cancelled;
  private boolean mooded;
  private boolean gone;
  private @Nullable RunView view;
  private @Nullable String refusal;

  RunPaper(String owner, String thread, String id, String agent, Busy busy, Random random) {
    this.owner = owner;
    this.thread = thread;
    this.id = id;
    this.agent = agent;
    this.busy = busy;
    this.batches = RunScript.of(thread, id, random);
    this.mood =
        random.nextInt(2) == 0
            ? Mood.STEADY
            : Mood.values()[1 + random.nextInt(Mood.values().length - 1)];
    this.turn = mood == Mood.GIVES_BACK ? 0 : random.nextInt(batches.size());
  }

  String input() {
    return "{\"threadId\":\"%s\",\"runId\":\"%s\",\"messages\":[]}".formatted(thread, id);
  }

  /** From now on it may be there. */
  synchronized void tries(int batch) {
    tried = Math.max(tried, batch + 1);
  }

  synchronized void acked(int batch) {
    acked = Math.max(acked, batch + 1);
  }

  synchronized void cancelled() {
    cancelled = true;
  }

  synchronized boolean wasCancelled() {
    return cancelled;
  }

  /** The mood shows once, so that the run is worked on in the end. */
  synchronized boolean showsMood(int batch) {
    boolean now = !mooded && batch >= turn;
    mooded |= now;
    return now;
  }

  synchronized void started(RunView as) {
    view = as;
  }

  /** None: its start was never answered, or refused. */
  synchronized @Nullable RunView view() {
    return view;
  }

  /** Redis came back to a state before its start. */
  synchronized void gone() {
    gone = true;
  }

  synchronized boolean isGone() {
    return gone;
  }

  synchronized void refused(String by) {
    refusal = by;
  }

  synchronized @Nullable String refusal() {
    return refusal;
  }

  /** What every reader has at least. */
  RunFold least() {
    return fold(countAcked());
  }

  /** What no reader has more of. */
  RunFold most() {
    return fold(countTried());
  }

  RunFold whole() {
    return fold(batches.size());
  }

  private synchronized int countAcked() {
    return acked;
  }

  private synchronized int countTried() {
    return tried;
  }

  private RunFold fold(int count) {
    return RunFold.of(
        id,
        batches.subList(0, count).stream().flatMap(List::stream).map(RunScript::parse).toList());
  }

  @Override
  public String toString() {
    RunView as = view();
    return "%s (%s, %s at %d of %d, %s, %s%s)"
        .formatted(
            id,
            agent,
            mood,
            turn,
            batches.size(),
            busy,
            as == null ? "no record" : as.run(),
            wasCancelled() ? ", cancelled" : "");
  }
}
