package dev.holdfast.client.protocol;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.client.session.ClientTimes;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** The unanswered publications of one channel, in order, with rising numbers. */
final class PublishLine {
  private static final long LONGEST_RETRY = 5_000;

  final Deque<Unanswered> unanswered = new ArrayDeque<>();
  private final long firstRetry;
  private final Alarm retry;
  private long next = 1;
  private boolean held;
  private int tries;

  PublishLine(Wire wire, ClientTimes times) {
    this.retry = new Alarm(wire);
    this.firstRetry = times.retry().toMillis();
  }

  Unanswered add(ObjectNode frame, int size) {
    var one = new Unanswered(this, frame, size, next++);
    unanswered.add(one);
    return one;
  }

  void renumber(long from) {
    next = from;
    unanswered.forEach(one -> one.number(next++));
  }

  /**
   * Takes a refused publication out. Its number is free, and those above it move down; except if it
   * was sent under that number without an answer. Then it may be stored, and the server names the
   * number that it expects.
   *
   * @param refusals the number of its sendings that were refused
   */
  void closeUp(Unanswered gone, int refusals) {
    if (gone.sendings <= refusals) {
      next--;
      behind(gone).forEach(one -> one.number(one.n - 1));
    }
  }

  List<Unanswered> before(long number) {
    return unanswered.stream().filter(one -> one.n < number).toList();
  }

  List<Unanswered> behind(Unanswered other) {
    return unanswered.stream().filter(one -> one.n > other.n).toList();
  }

  /**
   * Sends nothing for a while. Then all is sent again, so errors to earlier sendings don't count.
   */
  void hold(long wait, Runnable then) {
    held = true;
    unanswered.forEach(one -> one.frame = null);
    long ownWait = Math.min(LONGEST_RETRY, firstRetry << Math.min(tries++, 10));
    retry.set(wait > 0 ? wait : ownWait, then);
  }

  boolean isHeld() {
    return held;
  }

  /** Notes that a publication was stored. */
  void progress() {
    tries = 0;
  }

  void release() {
    held = false;
    retry.cancel();
  }
}
