package dev.holdfast.gateway.connection.pace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class HelloTurnsTest {
  /** By the first pace, as many as can wait. */
  private static final int FULL = HelloTurns.AT_ONCE + (int) (6 * HelloPace.FIRST);

  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final HelloTurns turns = new HelloTurns(meters);
  private final List<Guest> begun = new ArrayList<>();

  private final class Guest implements HelloTurns.Guest {
    private final Promise<Void> answer = Promise.promise();
    private Future<Void> answered;
    private boolean gone;
    private long later;

    @Override
    public boolean isGone() {
      return gone;
    }

    @Override
    public void later(long ms) {
      later = ms;
    }

    private Future<Void> begin() {
      begun.add(this);
      return answer.future();
    }
  }

  private Guest come(String tenant) {
    Guest guest = new Guest();
    guest.answered = turns.run(guest, tenant, guest::begin);
    return guest;
  }

  private List<Guest> come(String tenant, int many) {
    List<Guest> guests = new ArrayList<>();
    for (int i = 0; i < many; i++) {
      guests.add(come(tenant));
    }
    return guests;
  }

  @Test
  void someAreAnsweredAtATimeAndTheOthersInTheirOrder() {
    List<Guest> guests = come("acme", HelloTurns.AT_ONCE + 2);
    assertEquals(guests.subList(0, HelloTurns.AT_ONCE), begun);

    guests.get(5).answer.complete();
    guests.get(7).answer.fail("the store is away");

    assertEquals(guests, begun);
    assertTrue(guests.get(5).answered.succeeded());
    assertTrue(guests.get(7).answered.failed());
    assertEquals(0, guests.get(7).later, "its own failure says what happens to it");
  }

  @Test
  void oneWhoseClientHasGoneTakesNoTurn() {
    List<Guest> guests = come("acme", HelloTurns.AT_ONCE + 2);
    Guest gone = guests.get(HelloTurns.AT_ONCE);
    gone.gone = true;

    guests.get(0).answer.complete();

    assertEquals(guests.get(HelloTurns.AT_ONCE + 1), begun.get(HelloTurns.AT_ONCE));
    assertTrue(gone.answered.failed());
    assertEquals(0, gone.later);
  }

  @Test
  void aTenantWithManyKeepsNoOtherWaiting() {
    List<Guest> many = come("loud", HelloTurns.AT_ONCE + 100);
    Guest other = come("quiet");

    many.get(0).answer.complete();
    many.get(1).answer.complete();

    assertTrue(begun.contains(other));
  }

  /**
   * One tenant's storm had the hellos of all others refused, whose turn would have come at once.
   */
  @Test
  void aTenantWithTooManyKeepsNoOtherOut() {
    List<Guest> many = come("loud", FULL + 100);
    Guest refused = many.get(FULL + 99);
    Guest other = come("quiet");

    many.get(0).answer.complete();
    many.get(1).answer.complete();

    assertTrue(refused.answered.failed());
    assertTrue(begun.contains(other));
  }

  /** By turns, each of two tenants is answered half as fast. */
  @Test
  void aTenantIsRefusedWhoseOwnWouldWaitTooLongByTurns() {
    come("loud", FULL + 100);

    List<Guest> second = come("second", FULL);

    long waiting = second.stream().filter(guest -> !guest.answered.failed()).count();
    assertEquals((FULL - HelloTurns.AT_ONCE) / 2, waiting);
  }

  @Test
  void thoseThatWaitNoMoreLeaveTheirRoom() {
    List<Guest> gone = come("acme", FULL);
    gone.forEach(guest -> guest.gone = true);
    gone.subList(0, HelloTurns.AT_ONCE).forEach(guest -> guest.answer.complete());

    come("loud", FULL + 100);
    assertFalse(come("acme").answered.failed());
  }

  /** All of them were answered later than they waited, and came again. */
  @Test
  void thoseThatWouldWaitTooLongGetTimesToComeBackEachAnother() {
    come("acme", FULL + 1);

    List<Guest> late = come("acme", 1_000);

    assertEquals(HelloTurns.AT_ONCE, begun.size());
    assertTrue(late.stream().allMatch(guest -> guest.answered.failed()));
    assertTrue(late.get(0).later > 5_000, "not before those that wait");
    assertTrue(late.get(999).later > late.get(0).later + 1_500);
    assertTrue(new HashSet<>(late.stream().map(guest -> guest.later).toList()).size() > 500);
    assertEquals(1_000, meters.counter("holdfast.sockets.refused", "why", "hellos").count());
  }

  /** It was asked to come back after all hellos of the others, those that were refused included. */
  @Test
  void aTenantWhoseHelloIsRefusedComesBackWhenItWouldBeItsTurn() {
    come("loud", FULL + 20_000);
    List<Guest> second = come("second", FULL);

    Guest refused = second.stream().filter(guest -> guest.answered.failed()).findFirst().get();

    assertTrue(refused.later <= 6_100, () -> "after " + refused.later + " ms");
  }
}
