package dev.holdfast.channels.log;

import dev.holdfast.channels.ChannelMessage;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

/** Counts what the module does, under the names that its README lists. Safe on any thread. */
public final class ChannelsMetrics {
  public final Counter stored;
  final Counter duplicates;
  public final Counter refused;
  final Counter volatiles;
  public final Counter deliveries;
  public final Counter gaps;
  public final Counter catchUps;
  public final Counter hints;
  public final Counter hintsLost;
  public final Counter hintsUnsent;
  public final Counter holes;
  final Counter logReads;
  public final Counter ringReads;
  public final Counter checks;
  public final Counter leavesLost;
  public final Counter unread;
  public final Counter silences;
  public final Counter looks;
  public final Counter journals;
  public final Counter journalsShort;
  public final Counter deadReaders;

  public ChannelsMetrics(MeterRegistry registry) {
    stored = publications(registry, "stored");
    duplicates = publications(registry, "duplicate");
    refused = publications(registry, "refused");
    volatiles = publications(registry, "volatile");
    deliveries = registry.counter("holdfast.deliveries");
    gaps = registry.counter("holdfast.gaps");
    catchUps = registry.counter("holdfast.catchups");
    hints = registry.counter("holdfast.hints");
    hintsLost = registry.counter("holdfast.hints.lost");
    hintsUnsent = registry.counter("holdfast.hints.unsent");
    holes = registry.counter("holdfast.hints.holes");
    logReads = registry.counter("holdfast.reads", "from", "log");
    ringReads = registry.counter("holdfast.reads", "from", "ring");
    checks = registry.counter("holdfast.position.checks");
    leavesLost = registry.counter("holdfast.interest.leaves.lost");
    unread = registry.counter("holdfast.interest.unread");
    silences = registry.counter("holdfast.peers.silent");
    looks = registry.counter("holdfast.hints.looks");
    journals = registry.counter("holdfast.journals.read");
    journalsShort = registry.counter("holdfast.journals.short");
    deadReaders = registry.counter("holdfast.interest.dead");
  }

  private static Counter publications(MeterRegistry registry, String outcome) {
    return registry.counter("holdfast.publications", "outcome", outcome);
  }

  public void published(ChannelMessage.Result result) {
    if (result.refused() != null) {
      refused.increment();
    } else if (result.duplicate()) {
      duplicates.increment();
    } else if (result.position() == null) {
      volatiles.increment();
    } else {
      stored.increment();
    }
  }
}
