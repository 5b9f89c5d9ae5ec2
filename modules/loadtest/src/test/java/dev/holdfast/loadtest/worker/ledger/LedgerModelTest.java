package dev.holdfast.loadtest.worker.ledger;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.holdfast.loadtest.plan.LedgerCount;
import dev.holdfast.loadtest.plan.Totals;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The ledger against one that remembers every number, on random sequences. */
class LedgerModelTest {
  private static final int SEQUENCES = 20_000;
  private static final int MOST_STEPS = 60;

  @Test
  void countsAsOneThatRemembersEveryNumber() {
    for (int seed = 0; seed < SEQUENCES; seed++) {
      var random = new Random(seed);
      var steps = steps(random);
      Naive naive = new Naive();
      LedgerTally tally = new LedgerTally();
      Ledger ledger = new Ledger();
      for (long step : steps) {
        naive.step(step);
        if (step == 0) {
          ledger.gap(tally);
        } else {
          ledger.received(step, tally);
        }
        assertEquals(naive.count(), tally.count(), "seed " + seed + ": " + steps);
      }
      Totals.Channel total = total(random, naive.last);
      assertEquals(
          naive.missing(total),
          ledger.missing(Expected.of(total)),
          "seed " + seed + ": " + steps + ", " + total);
    }
  }

  /** Numbers that mostly rise, with skips, returns and repetitions; 0 is a gap frame. */
  private static List<Long> steps(Random random) {
    List<Long> steps = new ArrayList<>();
    long last = 0;
    int count = random.nextInt(MOST_STEPS);
    for (int i = 0; i < count; i++) {
      int kind = random.nextInt(10);
      if (kind == 0) {
        steps.add(0L);
      } else if (kind < 4 && last > 0) {
        steps.add(1 + (long) random.nextInt((int) last));
      } else {
        last += 1 + (kind < 7 ? random.nextInt(5) : 0);
        steps.add(last);
      }
    }
    return steps;
  }

  private static Totals.Channel total(Random random, long last) {
    long published = Math.max(0, last + random.nextInt(8) - 3);
    Set<Long> unanswered = new HashSet<>();
    for (int i = random.nextInt(6); i > 0 && published > 0; i--) {
      unanswered.add(1 + (long) random.nextInt((int) published));
    }
    return new Totals.Channel(published, List.copyOf(unanswered));
  }

  /** As the words of {@link LedgerCount} say it, without regard to memory. */
  private static final class Naive {
    private final Set<Long> received = new HashSet<>();
    private final Set<Long> inGaps = new HashSet<>();
    private long last;
    private boolean gap;
    private long duplicated;
    private long outOfOrder;
    private long gaps;

    void step(long number) {
      if (number == 0) {
        gap = true;
        gaps++;
        return;
      }
      if (!received.add(number)) {
        duplicated++;
      } else if (number < last) {
        outOfOrder++;
      }
      inGaps.remove(number);
      if (number > last) {
        for (long skipped = last + 1; gap && skipped < number; skipped++) {
          inGaps.add(skipped);
        }
        last = number;
        gap = false;
      }
    }

    LedgerCount count() {
      return new LedgerCount(0, received.size(), 0, duplicated, outOfOrder, gaps, inGaps.size());
    }

    Ledger.Missing missing(Totals.Channel total) {
      long lost = 0;
      long excused = 0;
      long missingInGaps = 0;
      for (long number = 1; number <= total.published(); number++) {
        boolean inGap = inGaps.contains(number) || gap && number > last;
        if (received.contains(number)) {
          continue;
        }
        missingInGaps += inGap ? 1 : 0;
        excused += !inGap && total.unanswered().contains(number) ? 1 : 0;
        lost += !inGap && !total.unanswered().contains(number) ? 1 : 0;
      }
      return new Ledger.Missing(lost, missingInGaps, excused);
    }
  }
}
