package dev.holdfast.gateway.session;

import dev.holdfast.core.ChannelName;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The order of one connection's requests, per channel: they begin and are answered in the order in
 * which they came. Publications may be under way together. A subscription or an unsubscription is
 * under way alone, so that a publication behind it finds it in force. Channels do not wait for each
 * other, but only a few subscriptions are under way at a time: a client that subscribes to hundreds
 * of channels at once sends the store no more than that. Confined to the event loop.
 */
public final class ChannelOrder {
  /** Approximate bytes of a request besides its text. */
  private static final int OVERHEAD = 256;

  private static final int MOST_ALONE = 16;

  private final Map<ChannelName, Lane> lanes = new HashMap<>();
  private final BiConsumer<@Nullable String, Throwable> failed;
  private final Runnable freed;
  private final Deque<Lane> queued = new ArrayDeque<>();
  private int aloneUnderWay;
  private int alone;
  private long bytes;
  private boolean advancing;
  private boolean closed;

  /**
   * @param failed refuses the frame with this id, as its request failed unexpectedly
   * @param freed called when something was answered: {@link #bytes} and {@link #alone} may be fewer
   */
  public ChannelOrder(BiConsumer<@Nullable String, Throwable> failed, Runnable freed) {
    this.failed = failed;
    this.freed = freed;
  }

  /** Queues work that may run beside others of its kind. */
  public void together(ChannelName channel, String id, int size, Consumer<Turn> work) {
    add(new Turn(lane(channel), id, false, size + OVERHEAD, work));
  }

  /**
   * Queues work that begins when all before it is answered; later work waits for its answer.
   *
   * @param id of its frame; none if no frame asks for it
   */
  public void alone(ChannelName channel, @Nullable String id, Consumer<Turn> work) {
    add(new Turn(lane(channel), id, true, OVERHEAD, work));
  }

  private Lane lane(ChannelName channel) {
    return lanes.computeIfAbsent(channel, Lane::new);
  }

  private void add(Turn turn) {
    bytes += turn.size;
    alone += turn.alone ? 1 : 0;
    turn.lane.waiting.add(turn);
    turn.lane.advance();
  }

  /** Returns the bytes of requests that are not answered yet. */
  public long bytes() {
    return bytes;
  }

  /** Returns the number of subscriptions and unsubscriptions that are not answered yet. */
  public int alone() {
    return alone;
  }

  /** Closes. Subscriptions that have not begun never do; earlier publications go on. */
  public void close() {
    closed = true;
    for (Lane lane : Map.copyOf(lanes).values()) {
      for (Iterator<Turn> each = lane.waiting.iterator(); each.hasNext(); ) {
        Turn turn = each.next();
        if (turn.alone) {
          each.remove();
          bytes -= turn.size;
          alone--;
        }
      }
      lane.advance();
    }
  }

  /**
   * Lets queued work begin, in one loop: thousands may be refused at once, each of which lets the
   * next one begin.
   */
  private void advanceQueued() {
    if (advancing) {
      return;
    }
    advancing = true;
    try {
      while (aloneUnderWay < MOST_ALONE && !queued.isEmpty()) {
        queued.poll().advance();
      }
    } finally {
      advancing = false;
    }
  }

  /** The place of one request in the order. */
  public static final class Turn {
    private final Lane lane;
    private final @Nullable String id;
    private final boolean alone;
    private final int size;
    private final Consumer<Turn> work;
    private @Nullable Runnable answer;

    private Turn(Lane lane, @Nullable String id, boolean alone, int size, Consumer<Turn> work) {
      this.lane = lane;
      this.id = id;
      this.alone = alone;
      this.size = size;
      this.work = work;
    }

    /** Ends the turn. The answer is given when all before it are. Only the first call counts. */
    public void answer(Runnable given) {
      if (answer == null) {
        answer = given;
        lane.advance();
      }
    }
  }

  private final class Lane {
    final ChannelName channel;
    final Deque<Turn> waiting = new ArrayDeque<>();
    final Deque<Turn> underWay = new ArrayDeque<>();
    private boolean advancing;

    Lane(ChannelName channel) {
      this.channel = channel;
    }

    /**
     * Advances in one loop: a turn may be answered while it begins, and an answer may ask for more.
     */
    void advance() {
      if (advancing) {
        return;
      }
      advancing = true;
      boolean answered = false;
      try {
        boolean moved = true;
        while (moved) {
          boolean given = giveAnswer();
          answered |= given;
          moved = given || begin();
        }
      } finally {
        advancing = false;
      }
      if (waiting.isEmpty() && underWay.isEmpty()) {
        lanes.remove(channel, this);
      }
      if (answered) {
        advanceQueued();
        if (!closed) {
          freed.run();
        }
      }
    }

    private boolean giveAnswer() {
      Turn first = underWay.peek();
      if (first == null || first.answer == null) {
        return false;
      }
      underWay.poll();
      bytes -= first.size;
      aloneUnderWay -= first.alone ? 1 : 0;
      alone -= first.alone ? 1 : 0;
      first.answer.run();
      return true;
    }

    private boolean begin() {
      Turn next = waiting.peek();
      if (next == null || !underWay.isEmpty() && (next.alone || underWay.peek().alone)) {
        return false;
      }
      if (next.alone && aloneUnderWay >= MOST_ALONE) {
        queued.add(this);
        return false;
      }
      aloneUnderWay += next.alone ? 1 : 0;
      underWay.add(waiting.poll());
      try {
        next.work.accept(next);
      } catch (RuntimeException e) {
        next.answer(() -> failed.accept(next.id, e));
      }
      return true;
    }
  }
}
