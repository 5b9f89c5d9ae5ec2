package dev.holdfast.runs.ingest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.agui.EventReader;
import dev.holdfast.agui.Json;
import dev.holdfast.agui.run.Snapshot;
import dev.holdfast.agui.run.Transcript;
import dev.holdfast.agui.run.UserEvent;
import dev.holdfast.channels.Publication;
import dev.holdfast.runs.records.RunInput;
import dev.holdfast.runs.records.RunRecord;
import dev.holdfast.runs.records.RunStore;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes a run in memory of its snapshot, or its input, and what the log has since. */
final class Loading {
  private final RunStore runs;
  private final RunLog log;

  Loading(RunStore runs, RunLog log) {
    this.runs = runs;
    this.log = log;
  }

  /**
   * A run in memory.
   *
   * @param live as of the number wanted, or a later one that the snapshot has
   * @param news of the owner that follow from the tail, and may not have been announced
   * @param rest what the log has beyond that number
   */
  record Loaded(LiveRun live, List<News> news, List<Publication> rest) {}

  /** What is to be put together. */
  private record Parts(
      RunRecord run, RunStore.@Nullable Kept kept, String input, long published, long upTo) {
    long base() {
      return kept == null ? 0 : kept.published();
    }
  }

  /** Events that were acknowledged are gone. */
  static final class LogLostException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    LogLostException(String message) {
      super(message, null, false, false);
    }
  }

  /**
   * Loads a run; fails with {@link LogLostException} if its log has a hole.
   *
   * @param upTo the number of the last publication that is to be in it
   */
  Future<Loaded> load(RunRecord run, long upTo) {
    // The snapshot first: read after the number, it might be ahead of it, as if the log had lost
    // some.
    return runs.snapshot(run.key())
        .compose(
            kept ->
                runs.published(run.key())
                    .compose(
                        published ->
                            runs.input(run.key())
                                .compose(input -> load(run, kept, input, published, upTo))));
  }

  private Future<Loaded> load(
      RunRecord run,
      RunStore.@Nullable Kept kept,
      @Nullable String input,
      long published,
      long upTo) {
    if (input == null || kept != null && kept.published() > published) {
      return Future.failedFuture(new LogLostException("run: its input or its log is gone"));
    }
    Parts parts = new Parts(run, kept, input, published, upTo);
    long missing = published - parts.base();
    return log.read(run.key().channel(), kept == null ? null : kept.at(), missing)
        .map(tail -> put(parts, tail, missing));
  }

  private static Loaded put(Parts parts, List<Publication> tail, long missing) {
    if (tail.size() != missing) {
      throw new LogLostException(
          "run: " + (missing - tail.size()) + " of its publications are gone");
    }
    LiveRun live = base(parts);
    List<News> news = new ArrayList<>();
    int taken = (int) Math.max(0, Math.min(missing, parts.upTo() - parts.base()));
    for (Publication publication : tail.subList(0, taken)) {
      String data = publication.data();
      List<UserEvent> follows = live.transcript.accept(EventReader.read(data), 0).news();
      live.published++;
      live.at = publication.position();
      live.grew(data.length());
      for (UserEvent event : follows) {
        news.add(new News(event, ++live.announced, live.published));
      }
    }
    return new Loaded(live, news, tail.subList(taken, tail.size()));
  }

  /** The run as its snapshot has it, or as it was before its first event. */
  private static LiveRun base(Parts parts) {
    RunStore.Kept kept = parts.kept();
    if (kept == null) {
      return new LiveRun(parts.run(), fresh(parts.run(), parts.input()));
    }
    String document = new String(kept.document(), StandardCharsets.UTF_8);
    Snapshot snapshot = new Snapshot((ObjectNode) Json.parse(document));
    LiveRun live = new LiveRun(parts.run(), Transcript.of(snapshot, LiveRun.LIMIT));
    live.published = kept.published();
    live.announced = kept.announced();
    live.at = kept.at();
    live.snapped(kept.document().length);
    return live;
  }

  private static Transcript fresh(RunRecord run, String input) {
    RunInput begin = RunInput.read(input);
    return new Transcript(
            run.threadId(), run.runId(), begin.messages(), begin.state(), LiveRun.LIMIT)
        .answeredBy(begin.resume());
  }

  /**
   * Makes the run without what is lost: as the snapshot has it, if there is one.
   *
   * @return empty of news; its number is that of the log's publisher. It has no position, so that
   *     no snapshot is made of it, which would pass for the whole run
   */
  Future<LiveRun> remains(RunRecord run) {
    return runs.published(run.key())
        .compose(
            published ->
                runs.snapshot(run.key())
                    .compose(
                        kept ->
                            runs.input(run.key())
                                .map(input -> remains(run, kept, input, published))));
  }

  private static LiveRun remains(
      RunRecord run, RunStore.@Nullable Kept kept, @Nullable String input, long published) {
    String known = input == null ? "{}" : input;
    LiveRun live = base(new Parts(run, kept, known, published, published));
    live.published = published;
    live.at = null;
    return live;
  }
}
