package dev.holdfast.channels.retained;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What a node does with a share over the minutes. */
class ShareTest {
  private static final Amount MOST = new Amount(1_000, 1_000_000);
  private static final Amount ONE = new Amount(1, 100);

  private long now = 1;
  private final Share share = new Share("acme", "ann", () -> now);
  private long version;

  private void pass(long seconds) {
    now += TimeUnit.SECONDS.toNanos(seconds);
  }

  private void report(Amount counted, boolean grants) {
    Share.Report report = share.report(++version, share.ahead(MOST, 3));
    share.answered(counted, grants ? report.wanted() : Amount.NONE);
  }

  /**
   * Who publishes to logs that are full changes nothing of what is counted, so its node had nothing
   * to report: Redis forgot the claim after ten minutes, and the node went on using it.
   */
  @Test
  void aClaimIsRenewedAlsoWhereNothingChanges() {
    report(Amount.NONE, true);
    for (int i = 0; i < 65; i++) {
      pass(1);
      share.reserve(ONE);
      share.release(ONE);
    }
    assertTrue(share.isDue(MOST, 3));
    report(Amount.NONE, true);
    assertFalse(share.isDue(MOST, 3));
    assertTrue(share.owes());
  }

  @Test
  void aClaimThatNobodyUsesIsGivenBack() {
    report(Amount.NONE, true);
    pass(65);
    assertTrue(share.isDue(MOST, 3));
    report(Amount.NONE, true);
    assertFalse(share.owes());
    assertTrue(share.isIdle(MOST));
  }

  /**
   * Such shares were kept for ever, also after all had gone; so a node was full of them one day,
   * and held no other user to its limit.
   */
  @Test
  void whoWasNearItsLimitIsForgottenOnceThatIsGone() {
    report(new Amount(990, 0), false);
    pass(65);
    assertFalse(share.isIdle(MOST));
    assertFalse(share.isDue(MOST, 3));
    pass(600);
    assertTrue(share.isDue(MOST, 3));
    report(new Amount(10, 0), false);
    assertTrue(share.isIdle(MOST));
  }

  /** The answer is lost, and more changes meanwhile: each counts once. */
  @Test
  void whatWasReportedAndNotAnsweredIsReportedAgainAsItWas() {
    share.change(5_000, ONE);
    Share.Report first = share.report(++version, Amount.NONE);
    share.change(5_000, ONE);
    share.unanswered();
    assertEquals(first.changes(), share.report(++version, Amount.NONE).changes());
    share.answered(ONE, Amount.NONE);
    assertTrue(share.owes());
    assertEquals(Map.of(5_000L, ONE), share.report(++version, Amount.NONE).changes());
  }
}
