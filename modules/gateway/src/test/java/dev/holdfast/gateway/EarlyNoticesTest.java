package dev.holdfast.gateway;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.sessions.NodeNotice;
import dev.holdfast.sessions.SessionRef;
import org.junit.jupiter.api.Test;

/** Two resumes raced, and the loser stayed: it was told before it was attached. */
class EarlyNoticesTest {
  private final EarlyNotices notices = new EarlyNotices();

  @Test
  void aReplacementThatCameBeforeItsAttachIsKnown() {
    notices.add(new NodeNotice.Replaced("acme", "s1", 2));

    assertTrue(notices.replaces(new SessionRef("acme", "s1", 2)));
  }

  @Test
  void aNewerAttachmentAndOtherSessionsAreNotConcerned() {
    notices.add(new NodeNotice.Replaced("acme", "s1", 2));

    assertFalse(notices.replaces(new SessionRef("acme", "s1", 3)));
    assertFalse(notices.replaces(new SessionRef("acme", "s2", 2)));
    assertFalse(notices.replaces(new SessionRef("other", "s1", 2)));
  }
}
