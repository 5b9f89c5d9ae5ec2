package dev.holdfast.gateway.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.auth.Verified;
import dev.holdfast.core.Caller;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.tokens.ChannelGrant;
import dev.holdfast.tokens.TokenOrigin;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ChannelGrantsTest {
  private static final Caller.User ANN =
      new Caller.User("acme", "ann", Set.of(), Set.of("request:a"));
  private static final ChannelName NEWS = ChannelName.topic("news");

  private long clock = 1_000_000;
  private long nanos;
  private int counted;
  private final ChannelGrants grants =
      new ChannelGrants(() -> clock, () -> nanos, more -> counted += more);

  private static ChannelGrant grant(ChannelName channel, long endsAt, String basis) {
    var origin = new TokenOrigin("acme", "ann", 1, null, channel.id());
    return new ChannelGrant(channel, Set.of("subscribe"), endsAt, basis, origin);
  }

  private void put(ChannelName channel, long endsAt) {
    ChannelGrant grant = grant(channel, endsAt, "b");
    grants.put(grant, Verified.of(grant.origin()));
  }

  private boolean permits(String channel) {
    return grants.addedTo(ANN).permits("subscribe", channel);
  }

  @Test
  void addsOnePermissionAndKeepsTheOthers() {
    assertSame(ANN, grants.addedTo(ANN));
    put(NEWS, clock + 10);

    assertTrue(permits("topic:news"));
    assertFalse(permits("topic:newsroom"));
    assertFalse(grants.addedTo(ANN).permits("publish", "topic:news"));
    assertTrue(grants.addedTo(ANN).permits("request", "a"));
    assertSame(grants.addedTo(ANN), grants.addedTo(ANN));
    assertEquals(10, grants.left(NEWS));
    var other = new Caller.User("acme", "ann", Set.of(), Set.of());
    assertEquals(Set.of("subscribe:topic:news"), grants.addedTo(other).permissions());
  }

  @Test
  void endsWithItsTokenAtOnceAndSaysSoOnce() {
    put(NEWS, clock + 10);
    clock += 9;
    assertTrue(permits("topic:news"));
    assertFalse(grants.takeEnded());

    clock += 1;
    assertFalse(permits("topic:news"));
    assertEquals(0, grants.left(NEWS));
    assertTrue(grants.takeEnded());
    assertFalse(grants.takeEnded());
    assertEquals(0, counted);
  }

  @Test
  void aClockThatIsSetBackProlongsNothing() {
    put(NEWS, clock + 10_000);
    clock -= 3_600_000;
    nanos += TimeUnit.MILLISECONDS.toNanos(9_999);
    assertTrue(permits("topic:news"));

    nanos += TimeUnit.MILLISECONDS.toNanos(1);
    assertFalse(permits("topic:news"));
  }

  /** As on another node, whose clock is behind, when the session comes there. */
  @Test
  void noneLastsLongerThanAnHour() {
    put(NEWS, clock + TimeUnit.DAYS.toMillis(1));
    assertEquals(TimeUnit.HOURS.toMillis(1), grants.left(NEWS));
  }

  @Test
  void whatIsOverWhenTheSessionComesBackAddsNothing() {
    put(NEWS, clock - 1);
    assertFalse(permits("topic:news"));
    assertEquals(0, counted);
  }

  @Test
  void aNewOneTakesThePlaceOfTheOneBefore() {
    put(NEWS, clock + 10);
    put(NEWS, clock + 20);
    assertEquals(1, counted);
    clock += 10;
    assertTrue(permits("topic:news"));
    assertFalse(grants.takeEnded());
    assertEquals(1, grants.under("b").size());
  }

  @Test
  void otherPermissionsAndRevocationsTakeItAway() {
    put(NEWS, clock + 10);
    put(ChannelName.topic("b"), clock + 10);
    assertEquals(List.of(), grants.under("other"));
    assertFalse(grants.anyRefused(token -> Optional.empty()));

    assertTrue(grants.anyRefused(ChannelGrantsTest::refusesNews));
    assertTrue(grants.dropRefused(ChannelGrantsTest::refusesNews));
    assertFalse(permits("topic:news"));
    assertTrue(permits("topic:b"));
    grants.keepUnder("other");
    assertFalse(permits("topic:b"));
    assertEquals(0, counted);
  }

  private static Optional<ErrorCode> refusesNews(Verified token) {
    return token.digest().equals("news") ? Optional.of(ErrorCode.REVOKED) : Optional.empty();
  }

  @Test
  void aSessionHasOnlySoMany() {
    List<ChannelGrant> all = new ArrayList<>();
    for (int i = 0; i < ChannelGrants.MOST; i++) {
      all = ChannelGrants.with(all, grant(ChannelName.topic("t" + i), clock + 10, "b"));
    }
    List<ChannelGrant> full = all;
    assertEquals(
        ChannelGrants.MOST,
        ChannelGrants.with(full, grant(ChannelName.topic("t3"), 1, "b")).size());
    var refusal =
        assertThrows(
            HoldfastException.class, () -> ChannelGrants.with(full, grant(NEWS, clock, "b")));
    assertEquals(ErrorCode.LIMIT_EXCEEDED, refusal.code());
  }

  @Test
  void longNamesAreBoundedTogether() {
    List<ChannelGrant> all = new ArrayList<>();
    var refusal =
        assertThrows(
            HoldfastException.class,
            () -> {
              List<ChannelGrant> next = all;
              for (int i = 0; i < ChannelGrants.MOST; i++) {
                ChannelName name = ChannelName.topic("t" + i + "x".repeat(100));
                next = ChannelGrants.with(next, grant(name, clock + 10, "b"));
              }
            });
    assertEquals(ErrorCode.LIMIT_EXCEEDED, refusal.code());
  }

  @Test
  void whatIsClosedIsCountedNoLongerAndTakesNoMore() {
    put(NEWS, clock + 10);
    grants.close();
    grants.close();
    assertEquals(0, counted);
    assertTrue(permits("topic:news"));
    put(ChannelName.topic("b"), clock + 10);
    assertFalse(permits("topic:b"));
  }
}
