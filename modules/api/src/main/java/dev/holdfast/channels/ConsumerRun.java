package dev.holdfast.channels;

import dev.holdfast.channels.ChannelMessage.Page;
import dev.holdfast.core.Position;
import dev.holdfast.core.process.BackOff;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.Iterator;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One instance's reading of a log while it holds the consumer's lease: fetches, hands on one
 * publication after another, and notes the cursor after each. Ends when the lease is lost, or on
 * {@link #stop}; the publication that is being handled then is finished first. Confined to the
 * consumer's context.
 */
final class ConsumerRun {
  private static final Logger LOG = LoggerFactory.getLogger(ConsumerRun.class);
  private static final BackOff BACK_OFF = new BackOff(50, 2_000);

  /** An empty answer that comes sooner than it should is not asked for again at once. */
  private static final long MIN_POLL_MS = 100;

  private final ConsumerTask task;
  private final ConsumerLease lease;
  private final Promise<Void> ended = Promise.promise();
  private boolean stopping;
  private boolean handling;
  private boolean over;
  private int failures;

  ConsumerRun(ConsumerTask task, ConsumerLease lease) {
    this.task = task;
    this.lease = lease;
  }

  /** Completes, and never fails, when nothing more is handed on and the lease is given back. */
  Future<Void> begin() {
    lease.onLost(this::endSoon);
    fetch();
    return ended.future();
  }

  void stop() {
    stopping = true;
    endSoon();
  }

  /** Ends at once, unless the handler has something in hand. */
  private void endSoon() {
    if (!handling) {
      finish();
    }
  }

  /** Returns whether the next publication may be handed on; if not, ends. */
  private boolean goesOn() {
    if (over) {
      return false;
    }
    if (stopping || !lease.holds()) {
      finish();
      return false;
    }
    return true;
  }

  private void finish() {
    if (!over) {
      over = true;
      lease.end().onComplete(ended);
    }
  }

  private void fetch() {
    if (!goesOn()) {
      return;
    }
    long sentAt = System.nanoTime();
    var fetch =
        new ConsumerMessage.Fetch(
            task.service(),
            task.channel(),
            lease.handled(),
            task.config().batch(),
            task.config().longPoll().toMillis());
    task.client()
        .ask(fetch)
        .onSuccess(page -> fetched(page, sentAt))
        .onFailure(failure -> retry(this::fetch, "fetch", failure));
  }

  private void fetched(Page page, long sentAt) {
    failures = 0;
    if (!goesOn()) {
      return;
    }
    Gap gap = page.gap();
    if (gap != null) {
      gap(new Gap(lease.handled(), gap.to(), gap.reason()));
    }
    if (page.publications().isEmpty()) {
      nothing(page, sentAt);
    } else {
      hand(page.publications().iterator());
    }
  }

  /** Caught up: the cursor goes into the epoch that is now in force. */
  private void nothing(Page page, long sentAt) {
    Position top = page.top();
    if (top != null && top.seq() == lease.handled().seq()) {
      lease.handled(top);
    }
    long elapsed = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - sentAt);
    if (page.gap() == null && elapsed < MIN_POLL_MS) {
      task.later(MIN_POLL_MS, this::fetch);
    } else {
      fetch();
    }
  }

  private void gap(Gap gap) {
    try {
      task.gaps().accept(gap);
    } catch (RuntimeException e) {
      LOG.error("the gap handler of {} failed on {}", task.channel(), gap, e);
    }
    lease.handled(gap.to());
  }

  private void hand(Iterator<Publication> page) {
    if (page.hasNext()) {
      hand(page.next(), page);
    } else {
      lease.commit();
      fetch();
    }
  }

  private void hand(Publication publication, Iterator<Publication> page) {
    if (!goesOn()) {
      return;
    }
    Position before = publication.position().at(publication.position().seq() - 1);
    if (lease.handled().seq() < before.seq()) {
      gap(new Gap(lease.handled(), before, "trimmed"));
    }
    handling = true;
    call(publication)
        .timeout(task.config().handlerTimeout().toMillis(), TimeUnit.MILLISECONDS)
        .onComplete(
            done -> task.context().runOnContext(now -> handed(publication, page, done.cause())));
  }

  private Future<Void> call(Publication publication) {
    try {
      return task.handler().apply(publication);
    } catch (RuntimeException e) {
      return Future.failedFuture(e);
    }
  }

  /** One that failed is handed again, and holds up those after it: nothing is skipped. */
  private void handed(
      Publication publication, Iterator<Publication> page, @Nullable Throwable failure) {
    handling = false;
    if (failure == null) {
      failures = 0;
      lease.handled(publication.position());
      hand(page);
    } else {
      String what = "the handler of " + publication.event() + " at " + publication.position();
      retry(() -> hand(publication, page), what, failure);
    }
  }

  private void retry(Runnable step, String what, Throwable failure) {
    if (goesOn()) {
      failures++;
      LOG.warn("{}: {} failed, trying again: {}", task.channel(), what, failure.toString());
      task.later(BACK_OFF.delay(failures), step);
    }
  }
}
