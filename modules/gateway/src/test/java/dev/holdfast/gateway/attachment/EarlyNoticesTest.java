package dev.holdfast.gateway.attachment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.holdfast.sessions.NodeNotice;
import dev.holdfast.sessions.SessionRef;
import org.junit.jupiter.api.Test;

/** Two resumes raced, and the loser stayed: its notice came before it was attached. */
class EarlyNoticesTest {
  private final EarlyNotices notices = new EarlyNotices();

  @Test
  void aReplacementThatCameBeforeItsAttachIsKnown() {
    notices.add(replaced(2));

    assertEquals(replaced(2), notices.of(new SessionRef("acme", "s1", 2)));
  }

  @Test
  void aNewerAttachmentAndOtherSessionsAreNotConcerned() {
    notices.add(replaced(2));

    assertNull(notices.of(new SessionRef("acme", "s1", 3)));
    assertNull(notices.of(new SessionRef("acme", "s2", 2)));
    assertNull(notices.of(new SessionRef("other", "s1", 2)));
  }

  /** The winner's node said 38; then came 37, of whom the loser had replaced: the loser stayed. */
  @Test
  void anOlderNoticeThatComesLaterHidesNothing() {
    notices.add(replaced(38));
    notices.add(replaced(37));

    assertEquals(replaced(38), notices.of(new SessionRef("acme", "s1", 38)));
  }

  @Test
  void theEndOfASessionCountsWhateverElseComesOfThatAttachment() {
    var ended = new NodeNotice.Ended("acme", "s1", 2, "revoked");
    notices.add(ended);
    notices.add(replaced(2));
    notices.add(replaced(1));

    assertEquals(ended, notices.of(new SessionRef("acme", "s1", 2)));
  }

  private static NodeNotice.Replaced replaced(long generation) {
    return new NodeNotice.Replaced("acme", "s1", generation);
  }
}
