package dev.holdfast.limits.use;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class UsesTest {
  private final Uses uses = new Uses(2);

  @Test
  void whatIsReportedAndNotAcknowledgedIsReportedInTheSameWords() {
    uses.add("a", Use.IN, 5);
    TenantUse use = only();
    TenantUse.Report first = use.report(1, 0);
    uses.add("a", Use.IN, 7);

    assertSame(first, use.report(2, 0));
    use.answered(first);
    TenantUse.Report second = use.report(3, 0);
    assertNotSame(first, second);
    assertEquals(5, first.amounts()[Use.IN.ordinal()]);
    assertEquals(7, second.amounts()[Use.IN.ordinal()]);
    use.answered(second);
    assertFalse(use.isToBeReported());
  }

  @Test
  void aPeakIsTheMostSinceTheReportBeforeAndBeginsWithWhatIsOpen() {
    List<Runnable> open = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      open.add(uses.opened("a"));
    }
    open.remove(0).run();
    TenantUse use = only();
    assertEquals(3, reported(use, 1, Use.CONNECTIONS));
    assertEquals(2, reported(use, 2, Use.CONNECTIONS));
    open.forEach(Runnable::run);
    assertEquals(2, reported(use, 3, Use.CONNECTIONS));
    assertFalse(use.isToBeReported());
  }

  @Test
  void aTenantOfWhichThereIsNothingForLongIsForgotten() {
    Runnable close = uses.opened("a");
    long now = System.nanoTime() + TimeUnit.HOURS.toNanos(1);
    uses.forgetIdle(now);
    assertEquals(1, uses.size());
    close.run();
    TenantUse use = only();
    use.answered(use.report(1, now));
    uses.forgetIdle(now);
    assertEquals(1, uses.size());

    uses.forgetIdle(now + TimeUnit.MINUTES.toNanos(11));

    assertEquals(0, uses.size());
  }

  /** Traffic begins again after a long silence, just before a round of reports. */
  @Test
  void whatIsNotReportedYetIsNotForgotten() {
    uses.add("a", Use.IN, 5);

    uses.forgetIdle(System.nanoTime() + TimeUnit.HOURS.toNanos(1));

    assertEquals(5, reported(only(), 1, Use.IN));
  }

  /** A thread had found the tenant, was suspended, and adds to it when it is forgotten. */
  @Test
  void whatIsAddedToAForgottenOneIsFoundAgain() {
    uses.add("a", Use.IN, 1);
    TenantUse use = only();
    long now = System.nanoTime();
    use.answered(use.report(1, now - TimeUnit.HOURS.toNanos(1)));
    uses.forgetIdle(now);
    assertEquals(0, uses.size());
    use.add(Use.IN, 7);
    use.peak(Use.RETAINED, 9);

    uses.forgetIdle(now);

    assertEquals(7, only().report(2, now).amount(Use.IN));
    assertEquals(0, only().report(3, now).amount(Use.OUT));
    assertEquals(9, only().report(3, now).amount(Use.RETAINED));
  }

  @Test
  void thoseBeyondTheMostAreNotCountedUntilThereIsRoom() {
    uses.opened("a").run();
    uses.add("b", Use.IN, 1);
    uses.add("c", Use.IN, 1);
    uses.opened("c").run();
    uses.add("a", Use.IN, 1);

    assertEquals(2, uses.size());
    assertEquals(2, uses.uncounted());
    Uses.NONE.add("a", Use.IN, 1);
    assertEquals(0, Uses.NONE.size());
  }

  private long reported(TenantUse use, long version, Use what) {
    TenantUse.Report report = use.report(version, 0);
    use.answered(report);
    return report.amounts()[what.ordinal()];
  }

  private TenantUse only() {
    List<TenantUse> all = new ArrayList<>();
    uses.each(all::add);
    assertEquals(1, all.size());
    return all.get(0);
  }
}
