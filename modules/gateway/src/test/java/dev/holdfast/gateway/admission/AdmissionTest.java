package dev.holdfast.gateway.admission;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AdmissionTest {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

  @Test
  void oneAddressLeavesRoomForOthers() {
    Admission admission = of(4, 0);

    assertTrue(admission.came("1.1.1.1"));
    assertTrue(admission.came("1.1.1.1"));
    assertFalse(admission.came("1.1.1.1"));
    assertTrue(admission.came("2.2.2.2"));
    assertTrue(admission.came("3.3.3.3"));
    assertFalse(admission.came("4.4.4.4"));
    assertEquals(1, refused("address"));
    assertEquals(1, refused("full"));

    admission.left("1.1.1.1", true);
    assertTrue(admission.came("1.1.1.1"));
    assertEquals(4, registry.get("holdfast.sockets").gauge().value());
  }

  /** A proxy on this machine that is not configured takes more than half; a stranger does not. */
  @Test
  void thisMachineIsSparedUnlessALimitIsSaid() {
    Admission spares = of(4, 0);
    IntStream.range(0, 4).forEach(i -> assertTrue(spares.came("127.0.0.1")));
    assertFalse(spares.came("127.0.0.1"));

    Admission says = new Admission(SocketLimits.DEFAULTS.with(4, 1), new SimpleMeterRegistry());
    assertTrue(says.came("127.0.0.1"));
    assertFalse(says.came("127.0.0.1"));
    assertTrue(says.came("127.0.0.2"));
  }

  @Test
  void whoWasRefusedIsCountedNowhere() {
    Admission admission = of(2, 1);
    assertTrue(admission.came("1.1.1.1"));
    IntStream.range(0, 100).forEach(i -> assertFalse(admission.came("1.1.1.1")));

    assertTrue(admission.came("2.2.2.2"));
    admission.left("1.1.1.1", true);
    assertTrue(admission.came("1.1.1.1"));
  }

  /** From all event loops at once. */
  @Test
  void theLimitHoldsForAllAtOnce() {
    Admission admission = of(100, 10);
    AtomicInteger in = new AtomicInteger();
    IntStream.range(0, 4_000)
        .parallel()
        .forEach(i -> in.addAndGet(admission.came("1.1.1." + i % 4) ? 1 : 0));

    assertEquals(40, in.get());
  }

  @Test
  void aProxysClientsAreCountedByTheirAddressesAndNotByItsOwn() {
    var limits = new SocketLimits(100, 2, 1, 1, 1, List.of("10.0.0.1"));
    Admission admission = new Admission(limits, registry);
    IntStream.range(0, 50).forEach(i -> assertTrue(admission.came("10.0.0.1")));
    Client ann = new Client("1.2.3.4", true);

    assertTrue(admission.opens(ann) && admission.opens(ann));
    assertFalse(admission.opens(ann));
    assertTrue(admission.opens(new Client("5.6.7.8", true)));
    admission.closed(ann);
    assertTrue(admission.opens(ann));
  }

  @Test
  void whoFailsTooOftenWaitsAndAnotherAddressDoesNot() {
    Failures failures = new Failures(2); // 20 at once
    IntStream.range(0, 19).forEach(i -> failures.failed("a", SECOND));
    assertEquals(0, failures.wait("a", SECOND));

    failures.failed("a", SECOND);
    assertEquals(500, failures.wait("a", SECOND));
    assertEquals(0, failures.wait("b", SECOND));
    assertEquals(0, failures.wait("a", SECOND + SECOND / 2));
  }

  /**
   * Whoever connected, asked for something odd and went, thousands of times a second, took event
   * loops from others. Of a proxy's connections that is nobody's fault in particular.
   */
  @Test
  void anAddressOfStrangersIsNotLetInForAWhile() {
    Admission admission =
        new Admission(new SocketLimits(100, 100, 1, 1, 1, List.of("10.0.0.1")), registry);
    int strangers = comeAndGo(admission, "1.1.1.1", false);
    assertTrue(strangers >= 10 && strangers < 1_000, strangers + " were let in");
    assertEquals(1, refused("strangers"));

    assertEquals(1_000, comeAndGo(admission, "2.2.2.2", true));
    assertEquals(1_000, comeAndGo(admission, "10.0.0.1", false));
    assertEquals(0, registry.get("holdfast.sockets").gauge().value());
  }

  /** Until one is refused, 1,000 at most. */
  private static int comeAndGo(Admission admission, String address, boolean known) {
    int in = 0;
    while (in < 1_000 && admission.came(address)) {
      admission.left(address, known);
      in++;
    }
    return in;
  }

  @Test
  void strangersOfThisMachineAreSparedUnlessALimitIsSaid() {
    var limits = new SocketLimits(100, 0, 1, 1, 1, List.of());
    assertEquals(1_000, comeAndGo(new Admission(limits, registry), "127.0.0.1", false));
    Admission says = new Admission(limits.with(100, 50), new SimpleMeterRegistry());
    assertTrue(comeAndGo(says, "127.0.0.1", false) < 1_000);
  }

  /** An answer costs as much as a connection that is let in. */
  @Test
  void notEveryoneWhoIsRefusedIsAnswered() {
    Admission admission = of(1, 1);
    long answered = IntStream.range(0, 10_000).filter(i -> admission.mayBeAnswered()).count();
    assertTrue(answered >= 100 && answered < 5_000, answered + " were answered");
  }

  /** However long one goes on failing, half a second of peace is enough for the next try. */
  @Test
  void failuresBeyondTheLimitAreNotRemembered() {
    Failures failures = new Failures(2);
    IntStream.range(0, 100_000).forEach(i -> failures.failed("a", SECOND));

    assertEquals(1_000, failures.wait("a", SECOND));
    assertEquals(0, failures.wait("a", 2 * SECOND));
    assertEquals(0, failures.wait("a", 100 * SECOND));
    assertEquals(0, failures.addresses());
  }

  @Test
  void theTableOfAddressesHasABound() {
    Failures failures = new Failures(1);
    IntStream.range(0, 50_000).forEach(i -> failures.failed("address" + i, SECOND));

    assertEquals(10_000, failures.addresses());
  }

  @Test
  void hellosThatAreTooManyGetTimesOneAfterTheOther() {
    HelloRate rate = new HelloRate(10);
    long now = System.nanoTime();
    IntStream.range(0, 10).forEach(i -> assertEquals(0, rate.take(now)));

    assertEquals(100, rate.take(now), 2);
    assertEquals(200, rate.take(now), 2);
    assertEquals(300, rate.take(now), 2);
    assertEquals(0, rate.take(now + SECOND / 5));
  }

  /** They all came back at the same moment, and were refused again. */
  @Test
  void hellosBeyondTheLongestTimeComeBackSpreadOverSeconds() {
    HelloRate rate = new HelloRate(10);
    long now = System.nanoTime();
    IntStream.range(0, 1_000).forEach(i -> rate.take(now));

    int[] inSecond = new int[11];
    IntStream.range(0, 10_000).forEach(i -> inSecond[(int) (rate.take(now) / 1_000)]++);

    for (int second = 5; second < 10; second++) {
      assertEquals(2_000, inSecond[second], 500, "after " + second + " s");
    }
  }

  @Test
  void filesAreLeftForRedisAndPeers() {
    assertEquals(640, SocketLimits.ofFiles(1_024));
    assertEquals(17_244, SocketLimits.ofFiles(20_000));
    assertEquals(1, SocketLimits.ofFiles(10));
    assertTrue(SocketLimits.DEFAULTS.most() > 0);
  }

  @Test
  void namesEveryProblemAtOnce() {
    var refused =
        assertThrows(
            IllegalArgumentException.class, () -> new SocketLimits(-1, -1, 0, 0, 0, List.of("x")));
    for (String name :
        new String[] {"max", "perAddress", "hellos", "failures", "strangers", "proxies"}) {
      assertTrue(refused.getMessage().contains(name), refused.getMessage());
    }
  }

  private Admission of(int max, int perAddress) {
    return new Admission(SocketLimits.DEFAULTS.with(max, perAddress), registry);
  }

  private double refused(String why) {
    return registry.get("holdfast.sockets.refused").tag("why", why).counter().count();
  }
}
