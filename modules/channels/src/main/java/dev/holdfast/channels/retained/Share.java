package dev.holdfast.channels.retained;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The retained amount of one tenant or user, as this node knows it: changes since the last report,
 * publications under way, and the room that was claimed for both. Before the first answer of Redis,
 * a small part of the limit needs no claim. Confined to its context.
 */
final class Share {
  /**
   * The part of the limit that all nodes together may use without a claim before they have asked.
   */
  private static final double FREE = 0.03;

  /** The part of the limit that all nodes together claim ahead. */
  private static final double AHEAD = 0.02;

  /** The time for which an answer "no more", or the lack of an answer, holds. */
  private static final long HOLDS_NS = TimeUnit.SECONDS.toNanos(1);

  /** The time between reports of a user's changes; it is long, as the user's claim covers them. */
  private static final long USER_NS = TimeUnit.SECONDS.toNanos(30);

  private static final long TENANT_NS = TimeUnit.SECONDS.toNanos(2);

  /** The time after which a claim is renewed or given back, long before Redis forgets it. */
  private static final long IDLE_NS = TimeUnit.MINUTES.toNanos(1);

  /**
   * The time after which an amount near its limit is asked for again: nobody reports what expires
   * by itself.
   */
  private static final long LOOK_NS = TimeUnit.MINUTES.toNanos(10);

  /** The part of the limit above which Redis is asked again even after a long idle time. */
  private static final double NEAR = 0.9;

  final String tenant;

  /** The user; none: the tenant as a whole. */
  final @Nullable String user;

  private Map<Long, Amount> changes = new HashMap<>();
  private @Nullable Report underWay;
  private @Nullable Report unanswered;
  private @Nullable Promise<Void> asked;
  private Amount waiting = Amount.NONE;
  private Amount pending = Amount.NONE;
  private Amount reserved = Amount.NONE;
  private Amount claimed = Amount.NONE;
  private @Nullable Amount counted;
  private boolean fewerChannels;
  private boolean fewerBytes;
  private boolean answering;
  private final LongSupplier clock;
  private long answeredAt;
  private long blindUntil;
  private long usedAt;
  private long changedAt;

  /**
   * @param clock in ns
   */
  Share(String tenant, @Nullable String user, LongSupplier clock) {
    this.tenant = tenant;
    this.user = user;
    this.clock = clock;
    answeredAt = now() - HOLDS_NS;
    blindUntil = answeredAt;
    usedAt = answeredAt;
    changedAt = answeredAt;
  }

  private long now() {
    return clock.getAsLong();
  }

  /**
   * A report to Redis.
   *
   * @param version of the changes; changes that are reported again keep theirs
   * @param wanted the amount to claim
   */
  record Report(long version, Map<Long, Amount> changes, Amount wanted) {
    Amount sum() {
      return changes.values().stream().reduce(Amount.NONE, Amount::plus);
    }
  }

  void reserve(Amount amount) {
    usedAt = now();
    reserved = reserved.plus(amount);
  }

  void release(Amount amount) {
    reserved = reserved.minus(amount);
  }

  void change(long until, Amount amount) {
    if (changes.isEmpty()) {
      changedAt = now();
    }
    changes.merge(until, amount, Amount::plus);
    pending = pending.plus(amount);
  }

  /**
   * Returns whether this node can decide without Redis; a publication does not overtake those that
   * wait.
   */
  boolean decides(Amount wanted, Amount most, int nodes) {
    long now = now();
    boolean holds = now - answeredAt < HOLDS_NS;
    boolean channels = fitsChannels(wanted, most, nodes) || fewerChannels && holds;
    boolean bytes = fitsBytes(wanted, most, nodes) || fewerBytes && holds;
    return asked == null && (channels && bytes || now - blindUntil < 0);
  }

  /** Returns whether it fits; if Redis did not answer, by this node's knowledge. */
  boolean fitsChannels(Amount wanted, Amount most, int nodes) {
    long needed = pending.channels() + reserved.channels() + wanted.channels();
    long known = counted == null ? 0 : counted.channels();
    boolean within = known + needed <= most.channels();
    return within && (blind() || needed <= claimed.channels() + free(most, nodes).channels());
  }

  /** Returns whether it fits; if Redis did not answer, by this node's knowledge. */
  boolean fitsBytes(Amount wanted, Amount most, int nodes) {
    long needed = pending.bytes() + reserved.bytes() + wanted.bytes();
    long known = counted == null ? 0 : counted.bytes();
    boolean within = known + needed <= most.bytes();
    return within && (blind() || needed <= claimed.bytes() + free(most, nodes).bytes());
  }

  private boolean blind() {
    return now() - blindUntil < 0;
  }

  private Amount free(Amount most, int nodes) {
    double part = FREE / Math.max(3, nodes);
    return counted != null
        ? Amount.NONE
        : new Amount((long) (most.channels() * part), (long) (most.bytes() * part));
  }

  /** Waits for the next answer of Redis. */
  Future<Void> await(Amount wanted) {
    Promise<Void> answer = asked == null ? Promise.promise() : asked;
    asked = answer;
    waiting = waiting.plus(wanted);
    return answer.future();
  }

  boolean isAsking() {
    return underWay != null || answering;
  }

  /** Returns whether Redis lacks a change, or holds a claim for this node. */
  boolean owes() {
    boolean reported = changes.isEmpty() && unanswered == null && underWay == null;
    return !reported || !claimed.equals(Amount.NONE);
  }

  /** Returns whether a publication waits for an answer. */
  boolean isAwaited() {
    return asked != null;
  }

  /**
   * Returns whether half of the claim is used, or, before the first claim, a tenth of the part that
   * needs none. Then Redis is asked ahead of need, so that a new node soon knows of the others.
   */
  boolean isLow(Amount most, int nodes) {
    Amount has = claimed.plus(free(most, nodes));
    Amount used = pending.plus(reserved);
    int times = counted == null ? 10 : 2;
    boolean low = times * used.channels() > has.channels() || times * used.bytes() > has.bytes();
    return low && !isAsking() && now() - answeredAt >= HOLDS_NS;
  }

  /**
   * Returns whether a report is due: changes or a claim are old, or the amount is near its limit
   * and was not asked for in a long time.
   */
  boolean isDue(Amount most, int nodes) {
    long now = now();
    boolean reported = changes.isEmpty() && unanswered == null;
    boolean late = !reported && now - changedAt > (user == null ? TENANT_NS : USER_NS);
    long answered = now - answeredAt;
    boolean holds = !claimed.equals(Amount.NONE) && answered > IDLE_NS;
    boolean old = isNear(most) && answered > LOOK_NS;
    boolean due = !isAsking() && answered >= HOLDS_NS && (late || holds || old);
    return due || isLow(most, nodes);
  }

  /**
   * Returns the amount to claim besides the publications under way; nothing if nobody publishes.
   */
  Amount ahead(Amount most, int nodes) {
    boolean idle = asked == null && now() - usedAt > IDLE_NS;
    return idle ? Amount.NONE : most.part(AHEAD / Math.max(3, nodes));
  }

  /** Begins a report; {@link #answered} or {@link #unanswered} has to follow. */
  Report report(long version, Amount ahead) {
    Amount wanted = reserved.plus(waiting).plus(ahead);
    Report report;
    if (unanswered != null) {
      report = new Report(unanswered.version(), unanswered.changes(), wanted);
    } else {
      report = new Report(version, changes, wanted);
      changes = new HashMap<>();
    }
    underWay = report;
    return report;
  }

  /**
   * Ends a report that Redis answered.
   *
   * @param total the count over the cluster, this node's changes included
   * @param granted the amount that may be used here before the next report
   */
  void answered(Amount total, Amount granted) {
    Report report = Objects.requireNonNull(underWay);
    pending = pending.minus(report.sum());
    counted = total;
    claimed = granted;
    boolean again = unanswered != null; // then the claim is that of before
    fewerChannels = !again && granted.channels() < report.wanted().channels();
    fewerBytes = !again && granted.bytes() < report.wanted().bytes();
    unanswered = null;
    answeredAt = now();
    answer();
  }

  /** Ends a report that Redis did not answer: it is sent again later, and nothing waits for it. */
  void unanswered() {
    unanswered = underWay;
    answeredAt = now();
    blindUntil = answeredAt + HOLDS_NS;
    answer();
  }

  /**
   * Lets waiting publications go on. Those that still have no room wait again, all for one further
   * report.
   */
  private void answer() {
    Promise<Void> asking = asked;
    underWay = null;
    asked = null;
    waiting = Amount.NONE;
    if (asking != null) {
      answering = true;
      asking.complete();
      answering = false;
    }
  }

  /** Returns whether it can be dropped without a loss. */
  boolean isIdle(Amount most) {
    boolean unused = asked == null && reserved.equals(Amount.NONE);
    return unused && !owes() && !isNear(most) && now() - usedAt > IDLE_NS;
  }

  private boolean isNear(Amount most) {
    return counted != null
        && (counted.channels() > NEAR * most.channels() || counted.bytes() > NEAR * most.bytes());
  }
}
