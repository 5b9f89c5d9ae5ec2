package dev.holdfast.runs.ingest;

import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.runs.Await;
import dev.holdfast.runs.ingest.Ingest.Taken;
import dev.holdfast.runs.records.RunStore;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/**
 * A worker that writes one text, a word at a time, and sends each batch again until it is answered:
 * to the next node after each failure. A thread of its own.
 */
final class TypingWorker extends Thread {
  private final RunStore.Claimed run;
  private final List<RunsNode> nodes;
  private final StringBuilder written = new StringBuilder();
  private volatile boolean enough;
  private volatile int words;
  private volatile @Nullable ErrorCode refused;
  private int at;

  TypingWorker(RunStore.Claimed run, List<RunsNode> nodes) {
    super("worker");
    this.run = run;
    this.nodes = nodes;
    start();
  }

  @Override
  public void run() {
    long next = send(1, Events.started(run.run()), Events.open("m1"));
    while (!enough && refused == null) {
      String word = "word" + words + " ";
      next = send(next, Events.delta("m1", word));
      if (refused == null) {
        written.append(word);
        words++;
      }
    }
    if (refused == null) {
      send(next, Events.close("m1"), Events.finished(run.run()));
    }
  }

  /** Tries until it is taken or refused, at one node after the other. */
  private long send(long n, String... events) {
    return Awaitility.await("an answer")
        .forever()
        .pollInSameThread()
        .pollInterval(Duration.ofMillis(20))
        .until(() -> sentOnce(n, events), Optional::isPresent)
        .orElseThrow();
  }

  private Optional<Long> sentOnce(long n, String... events) {
    try {
      Taken taken = Await.get(nodes.get(at).take(run, n, events), 3);
      return Optional.of(taken.next());
    } catch (RuntimeException | AssertionError e) { // also of a node that is no more
      ErrorCode code = e instanceof HoldfastException named ? named.code() : ErrorCode.TIMEOUT;
      boolean lost = code == ErrorCode.OUT_OF_SEQUENCE;
      if (lost || code == ErrorCode.FENCED || code == ErrorCode.CONFLICT) {
        refused = code;
        return Optional.of(lost ? send(behind(e), Events.error("its beginning is lost")) : n);
      }
      at = (at + 1) % nodes.size();
      return Optional.empty();
    }
  }

  private static long behind(Throwable refusal) {
    String message = String.valueOf(refusal.getMessage());
    return Long.parseLong(message.substring(message.lastIndexOf(' ') + 1));
  }

  int words() {
    return words;
  }

  /** Why it stopped; null: it was not refused. */
  @Nullable ErrorCode refused() {
    return refused;
  }

  /** What was acknowledged, when it has come to its end. */
  String finish() {
    enough = true;
    try {
      join(60_000);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    if (isAlive()) {
      throw new AssertionError("the worker does not come to its end");
    }
    return written.toString();
  }
}
