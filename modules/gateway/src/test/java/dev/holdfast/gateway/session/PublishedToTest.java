package dev.holdfast.gateway.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.core.ChannelName;
import dev.holdfast.core.ErrorCode;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PublishedToTest {
  private final PublishedTo published = new PublishedTo();

  private static ChannelName topic(int i) {
    return ChannelName.topic("t" + i);
  }

  private ChannelName note(int i) {
    ChannelName left = published.noting(topic(i));
    published.noted(topic(i), true);
    return left;
  }

  private void fill() {
    for (int i = 0; i < PublishedTo.MOST; i++) {
      assertNull(note(i));
    }
  }

  @Test
  void theLongestUnusedLeavesForTheNext() {
    fill();
    assertTrue(published.noted(topic(0)));

    assertEquals(topic(1), note(100));
    assertFalse(published.noted(topic(1)));
    assertTrue(published.noted(topic(0)));
    assertTrue(published.noted(topic(100)));
    assertEquals(topic(2), note(1));
  }

  /** What is stored late of a channel that left would come after a newer connection's welcome. */
  @Test
  void noneLeavesWhosePublicationMayStillBeStored() {
    fill();
    for (int i = 1; i < PublishedTo.MOST; i++) {
      published.sent(topic(i));
    }
    published.sent(topic(0));
    published.answered(topic(0), ErrorCode.UNAVAILABLE);
    assertNull(note(100));

    published.answered(topic(5), ErrorCode.BAD_REQUEST);
    assertEquals(topic(100), note(101));

    published.sent(topic(0));
    published.answered(topic(0), ErrorCode.OUT_OF_SEQUENCE);
    assertEquals(topic(5), note(102));
    published.sent(topic(0));
    published.answered(topic(0), null);
    for (int i = 101; i <= 102; i++) {
      published.sent(topic(i));
    }
    assertEquals(topic(0), note(103));
  }

  /** One that was refused may have been noted all the same, as may be named who left for it. */
  @Test
  void whatTheRecordMayNameLeavesWithOneOfTheNext() {
    fill();
    ChannelName left = published.noting(topic(100));
    published.noted(topic(100), false);
    published.mayBeNamed(left);

    assertFalse(published.noted(topic(100)));
    assertFalse(published.noted(left));
    assertEquals(topic(1), note(101));
    for (int i = 2; i < PublishedTo.MOST; i++) {
      assertEquals(topic(i), note(1_000 + i));
    }
    assertEquals(topic(100), note(102));
    assertEquals(left, note(103));
  }

  @Test
  void whatWasNamedAtTheAttachNeedNotBeNotedAgain() {
    published.named(Set.of(topic(1)));

    assertTrue(published.noted(topic(1)));
    assertFalse(published.noted(topic(2)));
  }
}
