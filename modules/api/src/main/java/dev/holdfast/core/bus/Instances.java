package dev.holdfast.core.bus;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The instances of one service, as far as they have answered: each answer names the one that gave
 * it, and while the service is used, one question a second goes to its common address, so that new
 * ones are found. A process of before names itself not, and is asked by the common address alone.
 * Safe on any thread.
 */
final class Instances {
  private static final long MS = 1_000_000;
  private static final long EXPLORE_EVERY = 1_000 * MS;
  private static final long IN_USE = 10_000 * MS;
  private static final long KEPT = 600_000 * MS;
  private static final int FIRST_QUESTIONS = 4;
  static final long QUESTION_MS = 1_000;

  /** The bounds of the time after which another instance is asked, too. */
  private static final long SLOW_LEAST = 150 * MS;

  private static final long SLOW_MOST = 1_000 * MS;

  private final Exchange exchange;
  private final String address;
  private final List<Instance> known = new CopyOnWriteArrayList<>();
  private final List<Instance> leaving = new CopyOnWriteArrayList<>();
  private final AtomicInteger turn = new AtomicInteger();
  private final Set<Instance.Waiting> unanswered = ConcurrentHashMap.newKeySet();
  private volatile long askedAt;
  private long exploredAt;
  private long answerTime;
  private long deviation;

  Instances(Exchange exchange, String address) {
    this.exchange = exchange;
    this.address = address;
  }

  Instances inUse() {
    askedAt = System.nanoTime();
    return this;
  }

  /** Nobody has asked for so long that what is known of it may be forgotten. */
  boolean isUnused(long now) {
    return now - askedAt > (known.isEmpty() ? IN_USE : KEPT) && unanswered.isEmpty();
  }

  /**
   * Returns whom to ask: oneself, else one of those that are well, else of those that answer at
   * all; none: whomever the bus chooses.
   *
   * @param except those that were asked before
   * @param about of all that may be asked, the same one for the same name; empty: by turns
   */
  @Nullable Instance next(Collection<Instance> except, String about) {
    long now = System.nanoTime();
    List<Instance> well = new ArrayList<>(known.size());
    List<Instance> answering = new ArrayList<>(known.size());
    for (Instance each : known) {
      if (!except.contains(each) && (!each.local() || exchange.serves(each.id()))) {
        if (each.isWell(now)) {
          well.add(each);
        } else if (each.answers()) {
          answering.add(each);
        }
      }
    }
    List<Instance> choice = well.isEmpty() ? answering : well;
    List<Instance> own = choice.stream().filter(Instance::local).toList();
    return own.isEmpty() && !about.isEmpty()
        ? preferred(choice, about)
        : turn(own.isEmpty() ? choice : own);
  }

  /** Rendezvous hashing: where an instance comes or goes, only what it has or had moves. */
  private static @Nullable Instance preferred(List<Instance> choice, String about) {
    return choice.stream()
        .max(Comparator.comparingInt(each -> mixed(about.hashCode() ^ each.id().hashCode())))
        .orElse(null);
  }

  /** The last step of MurmurHash3: each bit of the result depends on all of the argument. */
  private static int mixed(int hash) {
    int mixed = (hash ^ hash >>> 16) * 0x85ebca6b;
    mixed = (mixed ^ mixed >>> 13) * 0xc2b2ae35;
    return mixed ^ mixed >>> 16;
  }

  private @Nullable Instance turn(List<Instance> choice) {
    return choice.isEmpty()
        ? null
        : choice.get(Math.floorMod(turn.getAndIncrement(), choice.size()));
  }

  void asked(Instance.Waiting asking) {
    unanswered.add(asking);
    exchange.spare.asked();
  }

  /**
   * @param took in ns, of an answer that was to come promptly; otherwise negative
   */
  void answered(Instance.Waiting asking, long took) {
    unanswered.remove(asking);
    if (took >= 0) {
      note(took);
    }
  }

  private synchronized void note(long took) {
    if (answerTime == 0) {
      answerTime = took;
      deviation = took / 2;
    } else {
      deviation += (Math.abs(took - answerTime) - deviation) / 4;
      answerTime += (took - answerTime) / 8;
    }
  }

  private synchronized long slowAfter() {
    return Math.min(SLOW_MOST, Math.max(SLOW_LEAST, 2 * answerTime + 4 * deviation));
  }

  /**
   * @param instance that has answered; none: it does not say which it is
   */
  void seen(@Nullable String instance) {
    if (instance != null && known.stream().noneMatch(each -> each.id().equals(instance))) {
      add(instance);
    }
  }

  private synchronized void add(String instance) {
    if (known.stream().noneMatch(each -> each.id().equals(instance))) {
      known.add(new Instance(exchange, this, instance, address));
      if (known.size() == 1) {
        exchange.run(this::exploreFirst);
      }
    }
  }

  void remove(Instance gone) {
    known.remove(gone);
    leaving.remove(gone);
  }

  /** Forgets an instance that serves the address no more. It may still answer earlier requests. */
  void left(Instance instance) {
    if (known.remove(instance)) {
      leaving.add(instance);
    }
  }

  /**
   * @param late by how many ns this process runs late itself
   */
  void tick(long now, long late) {
    for (List<Instance> each : List.of(known, leaving)) {
      each.forEach(instance -> instance.forgive(late));
      each.forEach(instance -> instance.tick(now));
    }
    leaving.removeIf(Instance::isIdle);
    if (!unanswered.isEmpty()) {
      long slow = slowAfter() + late;
      unanswered.forEach(asking -> asking.tick(now, slow));
    }
    // With none known, what was asked of whomever the bus chose may have reached nobody.
    boolean wanted = known.isEmpty() ? !unanswered.isEmpty() : now - askedAt < IN_USE;
    if (wanted && now - exploredAt > EXPLORE_EVERY) {
      exploredAt = now;
      explore();
    }
  }

  private void exploreFirst() {
    exploredAt = System.nanoTime();
    for (int i = 0; i < FIRST_QUESTIONS; i++) {
      explore();
    }
  }

  private void explore() {
    exchange
        .who(address, QUESTION_MS)
        .onSuccess(answer -> seen(answer.headers().get(Exchange.BY)))
        .onFailure(failure -> {});
  }
}
