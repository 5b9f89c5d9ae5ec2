package dev.holdfast.app.cluster.model;

import dev.holdfast.core.Position;
import dev.holdfast.testkit.client.Entry;
import dev.holdfast.testkit.client.WsTestClient;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** A page of a user that reads runs, some from their snapshots, and some from their beginnings. */
final class RunPage {
  /**
   * What a page has of a run.
   *
   * @param wrong what it should not have got, in words
   * @param ends how many events that end the run it was given, beside a snapshot
   */
  record Read(RunFold fold, List<String> wrong, int ends) {}

  final String name;
  final WsTestClient client;
  private final Map<RunPaper, CompletableFuture<?>> reads = new LinkedHashMap<>();
  private final Set<RunPaper> fromSnapshot = ConcurrentHashMap.newKeySet();

  RunPage(String name, WsTestClient client) {
    this.name = name;
    this.client = client;
  }

  /** Reads a run that has a record. */
  synchronized void read(RunPaper run, boolean snapshot) {
    if (reads.containsKey(run)) {
      return;
    }
    if (snapshot) {
      fromSnapshot.add(run);
    }
    ask(run);
  }

  private void ask(RunPaper run) {
    String from = fromSnapshot.contains(run) ? "snapshot" : "earliest";
    reads.put(run, client.subscribe(channel(run), from));
  }

  /** Asks again for what it was refused. */
  synchronized void askAgain() {
    for (RunPaper run : runs()) {
      CompletableFuture<?> asked = reads.get(run);
      if (asked != null && asked.isCompletedExceptionally()) {
        ask(run);
      }
    }
  }

  synchronized List<RunPaper> runs() {
    return List.copyOf(reads.keySet());
  }

  static String channel(RunPaper run) {
    return "run:" + Objects.requireNonNull(run.view(), "a run with a record").run();
  }

  boolean hasEnd(RunPaper run) {
    return read(run).fold().end() != null;
  }

  /** Puts together what it got, in the order in which it came. */
  Read read(RunPaper run) {
    String channel = channel(run);
    RunFold fold = new RunFold(run.id);
    List<String> wrong = new ArrayList<>();
    Position at = null;
    int ends = 0;
    for (Entry entry : client.ledger().entries()) {
      if (!channel.equals(entry.channel())) {
        continue;
      }
      if (entry instanceof Entry.Snapshot snapshot) {
        fold.document(snapshot.data());
        at = snapshot.position();
      } else if (entry instanceof Entry.Received event) {
        if (!follows(at, event.position())) {
          wrong.add(event.event() + " at " + event.position() + " after " + at);
        }
        if (fold.end() != null) {
          wrong.add(event.event() + " at " + event.position() + " after the end");
        }
        at = event.position();
        fold.event(event.data());
        ends += event.event().equals("RUN_FINISHED") || event.event().equals("RUN_ERROR") ? 1 : 0;
      } else if (entry instanceof Entry.Gap gap) {
        wrong.add("a gap: " + gap);
        at = gap.to();
      }
    }
    return new Read(fold, wrong, ends);
  }

  private static boolean follows(@Nullable Position before, @Nullable Position next) {
    return before == null
        || next != null && next.epoch().equals(before.epoch()) && next.seq() == before.seq() + 1;
  }

  @Override
  public String toString() {
    return name;
  }
}
