package dev.holdfast.channels.service;

import dev.holdfast.channels.Publisher;
import dev.holdfast.channels.log.ChannelStore;
import dev.holdfast.channels.log.ChannelStore.Appended;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;

/**
 * Appends the publications of a batch in their order. Those whose numbers follow each other go by
 * one script, up to 32 and 64 KiB at once, so that nothing else in Redis waits long. Confined to
 * the context of the channels verticle.
 */
final class AppendRun {
  private static final int MOST = 32;
  private static final long MOST_BYTES = 64 << 10;

  private final Batch batch;
  private final ChannelStore store;
  private final List<Waiting> run = new ArrayList<>();
  private long bytes;

  AppendRun(Batch batch, ChannelStore store) {
    this.batch = batch;
    this.store = store;
  }

  private record Waiting(Batch.Entry entry, byte[] body, Promise<Appended> promise) {
    void appendTo(ChannelStore store) {
      entry.append().to(store, body).onComplete(promise);
    }
  }

  /** Adds a publication that is not volatile; it is appended by {@link #end} at the latest. */
  Future<Appended> add(Batch.Entry entry, byte[] body) {
    Waiting one = new Waiting(entry, body, Promise.promise());
    if (!run.isEmpty() && !follows(one)) {
      end();
    }
    run.add(one);
    bytes += body.length;
    return one.promise().future();
  }

  private boolean follows(Waiting one) {
    long before = run.get(run.size() - 1).entry().n();
    return batch.numbers() != null
        && one.entry().n() == before + 1
        && run.size() < MOST
        && bytes + one.body().length <= MOST_BYTES;
  }

  /** Appends what was added. */
  void end() {
    List<Waiting> together = List.copyOf(run);
    run.clear();
    bytes = 0;
    Publisher numbers = batch.numbers();
    if (numbers == null || together.size() < 2) {
      together.forEach(one -> one.appendTo(store));
      return;
    }
    List<byte[]> bodies = together.stream().map(Waiting::body).toList();
    store
        .append(batch.channel(), numbers, together.get(0).entry().n(), bodies)
        .onSuccess(answers -> answered(together, answers))
        .onFailure(failure -> together.forEach(one -> one.promise().fail(failure)));
  }

  private void answered(List<Waiting> together, List<Appended> answers) {
    for (int i = 0; i < together.size(); i++) {
      if (i < answers.size()) {
        together.get(i).promise().complete(answers.get(i));
      } else {
        together.get(i).appendTo(store);
      }
    }
  }
}
