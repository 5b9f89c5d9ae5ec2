package dev.holdfast.loadtest.worker.ledger;

import dev.holdfast.loadtest.plan.Group;
import dev.holdfast.loadtest.worker.measure.Timing;
import dev.holdfast.loadtest.worker.measure.Timings;
import java.util.EnumMap;
import java.util.Map;

/** The measurements of the clients of a group on one event loop. Confined to it. */
public final class GroupTally {
  public final Group group;
  public final Timing connect;
  public final Timing resume;
  public final Timing caughtUp;
  final Timing delivery;
  final Timing delivered;
  private final Timings timings;
  public final Map<Kind, LedgerTally> ledgers = new EnumMap<>(Kind.class);

  public GroupTally(Group group, Timings timings) {
    this.group = group;
    this.timings = timings;
    this.connect = timings.of("connect." + group.name());
    this.resume = timings.of("resume." + group.name());
    this.caughtUp = timings.of("caughtup." + group.name());
    this.delivery = timings.of("delivery." + group.name());
    this.delivered = timings.of("delivered." + group.name());
    for (Kind kind : Kind.NUMBERED) {
      if (has(kind)) {
        ledgers.put(kind, new LedgerTally());
      }
    }
  }

  /** Returns another series of the group's. */
  public Timing timing(String name) {
    return timings.of(name + "." + group.name());
  }

  /** Returns whether the group's clients keep a ledger of this kind. */
  boolean has(Kind kind) {
    return switch (group.kind()) {
      case SESSION ->
          kind != Kind.BARE && kind != Kind.RUN && (kind != Kind.TOPIC || group.topics() > 0);
      case BARE -> kind == Kind.BARE;
      case SLOW -> false;
      case CHAT, RELOADING -> kind == Kind.RUN;
    };
  }

  /** Returns the name of a ledger in results. */
  public String ledgerName(Kind kind) {
    return group.name() + "." + kind.name().toLowerCase(java.util.Locale.ROOT);
  }
}
