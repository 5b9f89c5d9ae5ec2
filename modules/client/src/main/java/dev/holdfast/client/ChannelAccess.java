package dev.holdfast.client;

import dev.holdfast.client.session.Cursor;
import dev.holdfast.client.session.From;
import dev.holdfast.client.session.RefusedException;
import dev.holdfast.client.session.Subscribed;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Reads a channel by channel tokens: asks the application for one before the channel is read,
 * before each ends, and when the server has ended the reading. Where that goes on then is the
 * session's to know. Safe on any thread.
 */
final class ChannelAccess {
  /** The most time before the end of a token at which another one is asked for. */
  private static final long AHEAD = 30_000;

  private static final long FIRST_WAIT = 500;
  private static final long LONGEST_WAIT = 20_000;

  /** Attempts of a subscription whose tokens are refused as not valid: they may have become old. */
  private static final int MOST_STALE = 3;

  private static final Set<String> STALE = Set.of("unauthorized", "revoked");
  private static final String FORBIDDEN = "forbidden";

  private final Use use;
  private CompletableFuture<@Nullable Cursor> ready = new CompletableFuture<>();
  private From first = From.LATEST;
  private boolean wanted;
  private boolean reading;
  private int round;
  private int losses;

  /** What the client does for it. */
  interface Use {
    /** Asks the application for a token; null: the channel is not for this client. */
    CompletableFuture<@Nullable String> token();

    /** Subscribes; a channel that was read before goes on behind its last event. */
    CompletableFuture<Subscribed> subscribe(From from, String token);

    /** Runs a task after this many ms. */
    void later(long millis, Runnable task);

    /** Reports that the channel is no longer read. */
    void ended(String code);
  }

  ChannelAccess(Use use) {
    this.use = use;
  }

  /** Begins to read. Completes with the position from which reading starts. */
  synchronized CompletableFuture<@Nullable Cursor> begin(From from) {
    wanted = true;
    reading = false;
    losses = 0;
    first = from;
    ready = new CompletableFuture<>();
    ask(++round, 0);
    return ready;
  }

  /** Ends: nothing more is asked for. */
  synchronized void end() {
    wanted = false;
    round++;
  }

  /** Takes the report that the server has ended the reading; returns whether it goes on. */
  synchronized boolean unsubscribed(String code) {
    if (code.equals("internal") || !wanted) {
      return false;
    }
    int of = ++round;
    reading = false;
    wanted = code.equals(FORBIDDEN);
    if (wanted) {
      later(of, losses == 0 ? 1 : wait(losses), () -> ask(of, 0));
      losses++;
    }
    return wanted;
  }

  private static long wait(int tries) {
    long bound = Math.min(LONGEST_WAIT, FIRST_WAIT << Math.min(tries, 10));
    return 1 + ThreadLocalRandom.current().nextLong(bound);
  }

  private void later(int of, long millis, Runnable task) {
    use.later(
        millis,
        () -> {
          synchronized (this) {
            if (of == round) {
              task.run();
            }
          }
        });
  }

  private void ask(int of, int tries) {
    use.token().whenComplete((token, failure) -> token(of, tries, token, failure));
  }

  private void token(int of, int tries, @Nullable String token, @Nullable Throwable failure) {
    Runnable then = () -> {};
    synchronized (this) {
      if (of == round) {
        then = taken(of, tries, token, failure);
      }
    }
    then.run();
  }

  /** Returns what is to be reported, without the lock: the application may do anything then. */
  private Runnable taken(int of, int tries, @Nullable String token, @Nullable Throwable failure) {
    if (failure == null && token == null) {
      return refused(new RefusedException(FORBIDDEN, "the application has no token", false));
    }
    if (token == null) {
      again(of, tries);
    } else {
      use.subscribe(first, token)
          .whenComplete((done, refusal) -> answered(of, tries, done, refusal));
    }
    return () -> {};
  }

  private void again(int of, int tries) {
    later(of, wait(tries), () -> ask(of, tries + 1));
  }

  private void answered(int of, int tries, @Nullable Subscribed done, @Nullable Throwable failure) {
    Runnable then = () -> {};
    synchronized (this) {
      if (of == round) {
        then = done == null ? failed(of, tries, failure) : read(of, done);
      }
    }
    then.run();
  }

  private Runnable read(int of, Subscribed done) {
    reading = true;
    if (done.expiresIn() > 0) {
      long left = done.expiresIn();
      later(of, Math.max(1, left - Math.min(AHEAD, left / 5)), () -> renew(of));
    }
    CompletableFuture<@Nullable Cursor> waits = ready;
    return () -> waits.complete(done.at());
  }

  /** Goes on with another token, in the round of the one before: the reading does not end. */
  private void renew(int of) {
    losses = 0;
    ask(of, 0);
  }

  private Runnable failed(int of, int tries, @Nullable Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    boolean stale = cause instanceof RefusedException refusal && STALE.contains(refusal.code());
    if (stale && (ready.isDone() || tries < MOST_STALE)) {
      again(of, tries);
      return () -> {};
    }
    return refused(cause == null ? new IllegalStateException("no answer") : cause);
  }

  /**
   * Reports a refusal to who waits for the first answer, later to the handlers. While the channel
   * is read, the server ends that with the token in force.
   */
  private Runnable refused(Throwable cause) {
    if (reading) {
      return () -> {};
    }
    wanted = false;
    CompletableFuture<@Nullable Cursor> waits = ready;
    return waits.isDone()
        ? () -> use.ended(cause instanceof RefusedException refusal ? refusal.code() : FORBIDDEN)
        : () -> waits.completeExceptionally(cause);
  }
}
