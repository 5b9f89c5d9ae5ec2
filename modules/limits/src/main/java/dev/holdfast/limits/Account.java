package dev.holdfast.limits;

import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The use that a tenant as a whole, or one of its users, makes of its limits at this node. Any
 * thread; one lock, held for some arithmetic.
 */
final class Account {
  private static final List<Limit> LIMITS = List.of(Limit.values());
  static final List<Limit> RATES =
      LIMITS.stream().filter(limit -> limit.kind() == Limit.Kind.RATE).toList();
  static final List<Limit> COUNTS =
      LIMITS.stream().filter(limit -> limit.kind() == Limit.Kind.COUNT).toList();

  final String tenant;

  /** Null: the tenant as a whole. */
  final @Nullable String user;

  private final Supplier<Amounts> amounts;
  private final Bucket[] rates = new Bucket[RATES.size()];
  private final Places[] counts = new Places[COUNTS.size()];
  private boolean queued;

  /** One line of a question to Redis. */
  record Wanted(Limit limit, long amount, long least, long wanted) {}

  Account(String tenant, @Nullable String user, Supplier<Amounts> amounts) {
    this.tenant = tenant;
    this.user = user;
    this.amounts = amounts;
  }

  /** Returns the longest {@link Bucket#delay} of the rates that the cost takes from. */
  synchronized long delay(Cost cost, int nodes, long now) {
    long longest = 0;
    for (int i = 0; i < rates.length; i++) {
      if (cost.of(i) > 0) {
        rates[i] = rates[i] == null ? new Bucket() : rates[i];
        longest = Math.max(longest, rates[i].delay(amount(RATES.get(i)), nodes, now));
      }
    }
    return longest;
  }

  synchronized void take(Cost cost) {
    for (int i = 0; i < rates.length; i++) {
      if (cost.of(i) > 0) {
        rates[i].take(cost.of(i));
      }
    }
  }

  /** Takes places of a count; see {@link Places#take}. Answers the promise outside the lock. */
  void take(Limit count, long places, Promise<Boolean> promise, int nodes) {
    Runnable answer;
    synchronized (this) {
      answer = places(count).take(places, promise, amount(count), nodes);
    }
    answer.run();
  }

  synchronized void force(Limit count, long places) {
    places(count).force(places);
  }

  synchronized void give(Limit count, long places) {
    places(count).give(places);
  }

  /**
   * Returns whether there is a question for Redis that is not queued yet, and marks it as queued.
   */
  synchronized boolean toBeAsked(int nodes, long now) {
    if (queued) {
      return false;
    }
    for (int i = 0; i < rates.length && !queued; i++) {
      queued = rates[i] != null && rates[i].lacks(amount(RATES.get(i)), now);
    }
    for (int i = 0; i < counts.length && !queued; i++) {
      queued = counts[i] != null && counts[i].differs(amount(COUNTS.get(i)), nodes);
    }
    return queued;
  }

  /** Returns the questions about rates; each is to be answered. */
  synchronized List<Wanted> wantedRates(long now) {
    queued = false;
    List<Wanted> wanted = new ArrayList<>();
    for (int i = 0; i < rates.length; i++) {
      long amount = amount(RATES.get(i));
      if (rates[i] != null && rates[i].lacks(amount, now)) {
        wanted.add(new Wanted(RATES.get(i), amount, 0, rates[i].ask(amount, now)));
      }
    }
    return wanted;
  }

  /** Returns the questions about counts; each is to be answered. */
  synchronized List<Wanted> wantedCounts(int nodes) {
    List<Wanted> wanted = new ArrayList<>();
    for (int i = 0; i < counts.length; i++) {
      long amount = amount(COUNTS.get(i));
      if (counts[i] != null && counts[i].differs(amount, nodes)) {
        long claim = counts[i].ask(amount, nodes);
        wanted.add(new Wanted(COUNTS.get(i), amount, counts[i].least(amount, nodes), claim));
      }
    }
    return wanted;
  }

  synchronized void granted(Limit rate, long tokens, long waitMs, long now) {
    rates[RATES.indexOf(rate)].granted(tokens, waitMs, now);
  }

  /** Stores how many places this node has now, and answers those that waited. */
  void granted(Limit count, long places, int nodes) {
    List<Runnable> answers;
    synchronized (this) {
      answers = places(count).granted(places, amount(count), nodes);
    }
    answers.forEach(Runnable::run);
  }

  /** Goes on without Redis, and answers those that waited. */
  void unanswered(Limit limit, long now) {
    List<Runnable> answers = List.of();
    synchronized (this) {
      if (limit.kind() == Limit.Kind.RATE) {
        rates[RATES.indexOf(limit)].unanswered(amount(limit), now);
      } else {
        answers = places(limit).unanswered(amount(limit));
      }
    }
    answers.forEach(Runnable::run);
  }

  /** Has all counts claimed anew: Redis may hold older claims of this node, or none. */
  synchronized void doubt() {
    for (Places places : counts) {
      if (places != null) {
        places.doubt();
      }
    }
  }

  /** Returns whether the account can be forgotten without losing anything. */
  synchronized boolean idle(long now) {
    for (Bucket rate : rates) {
      if (rate != null && !rate.idle(now)) {
        return false;
      }
    }
    for (Places places : counts) {
      if (places != null && !places.none()) {
        return false;
      }
    }
    return !queued;
  }

  private Places places(Limit count) {
    int i = COUNTS.indexOf(count);
    counts[i] = counts[i] == null ? new Places() : counts[i];
    return counts[i];
  }

  private long amount(Limit limit) {
    return amounts.get().of(limit);
  }
}
