package dev.holdfast.core.bus;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * One process's instance of a service, as one that asks it sees it. While something is unanswered
 * and nothing is heard of it, it is asked whether it is there. An instance that does not say so in
 * time is a suspect; one to which nothing can be sent is gone. Safe on any thread.
 */
final class Instance {
  /** One request that waits for its answer, as those it was asked of see it. */
  interface Waiting {
    boolean isPrompt();

    /** The instance is gone: what was asked of it has no answer. */
    void lost(Instance gone);

    /**
     * The instance is silent: it may be dead, or paused.
     *
     * @param trusted false where it was suspected before, and answered after all
     */
    void suspected(boolean trusted);

    void tick(long now, long slowAfter);
  }

  private static final long MS = 1_000_000;

  /** Silence before the first question, and what it grows to while there are only answers to it. */
  private static final long PROBE_AFTER = 40 * MS;

  private static final long PROBE_AFTER_MOST = 320 * MS;
  private static final long PROBE_AFTER_WAITING = 1_000 * MS;
  private static final long PROBE_TIMEOUT_MS = 2_000;

  /** The wait for an answer to the question; longer if it was long before, or came after all. */
  private static final long SUSPECT_AFTER = 80 * MS;

  private static final long SUSPECT_AFTER_MOST = 1_000 * MS;
  private static final int SUSPECT_ROUND_TRIPS = 8;
  private static final int MOST_FALSE_ALARMS = 4;
  private static final long FORGET_ALARMS = 60_000 * MS;
  private static final long PENALTY = 500 * MS;
  private static final int MOST_DOUBLINGS = 4;

  private final Exchange exchange;
  private final Instances instances;
  private final String id;
  private final String process;
  private final String address;
  private final boolean local;
  private final Set<Waiting> unanswered = ConcurrentHashMap.newKeySet();
  private boolean gone;
  private boolean suspect;
  private long heardAt = System.nanoTime();
  private long probedAt;
  private long knockedAt;
  private boolean probed;
  private long probeAfter = PROBE_AFTER;
  private long roundTrip;
  private int falseAlarms;
  private long alarmAt;
  private int knocks;
  private int failures;
  private long avoidUntil;

  Instance(Exchange exchange, Instances instances, String id, String service) {
    this.exchange = exchange;
    this.instances = instances;
    this.id = id;
    this.process = id.substring(0, id.indexOf('.'));
    this.address = Exchange.direct(id, service);
    this.local = process.equals(exchange.process);
  }

  String id() {
    return id;
  }

  String address() {
    return address;
  }

  boolean local() {
    return local;
  }

  /** Is to be asked before all others that are not well. */
  synchronized boolean isWell(long now) {
    return !gone && !suspect && avoidUntil - now <= 0;
  }

  /** Answers as far as one knows, if only with failures. */
  synchronized boolean answers() {
    return !gone && !suspect;
  }

  void asked(Waiting asking) {
    long now = System.nanoTime();
    boolean late;
    synchronized (this) {
      if (unanswered.isEmpty() && !suspect) {
        heardAt = now;
        probed = false;
      }
      unanswered.add(asking);
      late = gone;
    }
    if (late && unanswered.remove(asking)) {
      asking.lost(this);
    }
  }

  /** Forgets a request that is not waited for any more. */
  void done(Waiting asking) {
    unanswered.remove(asking);
  }

  /**
   * Notes that the instance has answered a request.
   *
   * @param sound false if the answer says that another may do better
   */
  void answered(boolean sound) {
    long now = System.nanoTime();
    alive(now);
    synchronized (this) {
      probeAfter = PROBE_AFTER;
      failures = sound ? 0 : Math.min(failures + 1, MOST_DOUBLINGS);
      avoidUntil = sound ? now : now + (PENALTY << failures);
    }
  }

  /** Notes that the instance left a request unanswered until the asker gave up. */
  synchronized void gaveNoAnswer() {
    failures = Math.min(failures + 1, MOST_DOUBLINGS);
    avoidUntil = System.nanoTime() + (PENALTY << failures);
  }

  private synchronized void alive(long now) {
    heardAt = now;
    probed = false;
    if (suspect) {
      suspect = false;
      falseAlarms = Math.min(falseAlarms + 1, MOST_FALSE_ALARMS);
      alarmAt = now;
    }
  }

  /**
   * Excuses a time in which this process itself stood still: the instance is not to blame for it.
   */
  synchronized void forgive(long nanos) {
    heardAt += nanos;
    probedAt += nanos;
  }

  /** Nothing new is asked of it; what was is waited for. */
  boolean isIdle() {
    return unanswered.isEmpty();
  }

  void tick(long now) {
    if (local || (unanswered.isEmpty() && answers())) {
      return;
    }
    if (turnsSuspect(now)) {
      exchange.counts.suspected.increment();
      boolean trusted = falseAlarms() == 0;
      List.copyOf(unanswered).forEach(asking -> asking.suspected(trusted));
    }
    if (wantsProbe(now)) {
      probe(now);
    }
  }

  private synchronized int falseAlarms() {
    return falseAlarms;
  }

  private synchronized boolean turnsSuspect(long now) {
    if (suspect || !probed || now - probedAt < suspectAfter(now)) {
      return false;
    }
    suspect = true;
    return true;
  }

  private long suspectAfter(long now) {
    if (now - alarmAt > FORGET_ALARMS) {
      falseAlarms = 0;
    }
    long after = Math.max(SUSPECT_AFTER, SUSPECT_ROUND_TRIPS * roundTrip) << falseAlarms;
    return Math.min(SUSPECT_AFTER_MOST, after);
  }

  /** Returns whether to probe: once per silence, and a suspect again and again. */
  private synchronized boolean wantsProbe(long now) {
    if (suspect) {
      return now - knockedAt > PROBE_AFTER_MOST << knocks;
    }
    boolean waiting = unanswered.stream().noneMatch(Waiting::isPrompt);
    long after = waiting ? PROBE_AFTER_WAITING : probeAfter;
    return !probed && now - heardAt > after;
  }

  private void probe(long now) {
    synchronized (this) {
      if (!probed) {
        probed = true;
        probedAt = now;
        probeAfter = Math.min(2 * probeAfter, PROBE_AFTER_MOST);
      }
      knockedAt = now;
      knocks = suspect ? Math.min(knocks + 1, MOST_DOUBLINGS) : 0;
    }
    exchange.who(address, PROBE_TIMEOUT_MS).onSuccess(answer -> present(now));
    exchange.knock(process).onFailure(failure -> gone());
  }

  private void present(long probedAt) {
    long now = System.nanoTime();
    alive(now);
    synchronized (this) {
      roundTrip = roundTrip == 0 ? now - probedAt : (7 * roundTrip + now - probedAt) / 8;
    }
  }

  /** Ends it: what was asked of it has no answer, and will have none. */
  void gone() {
    synchronized (this) {
      if (gone) {
        return;
      }
      gone = true;
    }
    exchange.counts.gone.increment();
    instances.remove(this);
    List.copyOf(unanswered)
        .forEach(
            asking -> {
              if (unanswered.remove(asking)) {
                asking.lost(this);
              }
            });
  }
}
