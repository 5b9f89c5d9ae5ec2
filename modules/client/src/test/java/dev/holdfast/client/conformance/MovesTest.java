package dev.holdfast.client.conformance;

import static dev.holdfast.client.conformance.Play.check;
import static dev.holdfast.client.conformance.Play.same;

import dev.holdfast.client.conformance.Stage.Happening;
import dev.holdfast.client.protocol.SessionUnderTest;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.Test;

/** What this client does beyond the rules: it moves without an interruption. */
class MovesTest {
  /** The clock of the fake node's welcome, in s. */
  private static final long NOW = 1_760_000_000L;

  private final Play play = new Play(new VirtualStage(SessionUnderTest::new));

  private static String token(String name, long lasts) {
    String claims = "{\"sub\":\"" + name + "\",\"exp\":" + (NOW + lasts) + "}";
    return "e30." + Base64.getUrlEncoder().encodeToString(bytes(claims)) + "." + name;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void aTokenIsRenewedBeforeItEnds() {
    play.beat = 100_000;
    String first = token("first", 20);
    String second = token("second", 4_000);
    int old = play.attached("{'tokens':['" + first + "','" + second + "']}");
    play.noOpening(15_900);
    int link = play.greeted();
    same(second, play.hello.path("token"), "the token");
    same("s1", play.hello.path("resume"), "the session");
    play.welcome(link, "s1", true);
    play.own(link, "s1");
    play.closes(old, 10);
    play.noReport("offline", 10);
    play.noOpening(3_900_000);
  }

  /** A supplier that has no newer token would be asked in a loop, ever closer to the end. */
  @Test
  void theSameTokenIsRenewedOnce() {
    play.beat = 100_000;
    play.attached("{'tokens':['" + token("only", 100) + "']}");
    int link = play.greeted(90_000);
    play.welcome(link, "s1", true);
    play.own(link, "s1");
    play.noOpening(200_000);
  }

  @Test
  void aMoveThatFailsLeavesTheConnectionAsItIs() {
    int link = play.attached();
    play.stage.refuseNext(503, 0);
    play.send(link, "{'type':'reconnect','after':10,'reason':'rebalance'}");
    play.take("a refused upgrade", 1_000, each -> each.kind() == Happening.Kind.REFUSED);
    play.publish("a");
    play.stored(link, play.publish(link, 1, "a"));
    play.report("stored", "a");
    int next = play.resumed();
    play.closes(link, 10);
    play.publish("b");
    play.publish(next, 2, "b");
  }

  @Test
  void theLossOfAConnectionInTheMiddleOfAMoveIsALossLikeAnother() {
    int link = play.attached();
    play.send(link, "{'type':'reconnect','after':10,'reason':'rebalance'}");
    Happening second = play.opening();
    play.stage.cut(link);
    play.later(second.link(), "hello", 1_000);
    play.stage.cut(second.link());
    int next = play.resumed();
    play.publish("a");
    play.publish(next, 1, "a");
  }

  @Test
  void theOldConnectionIsKeptWhileAMoveIsSentOn() {
    int old = play.attached("{'addresses':2}");
    play.send(old, "{'type':'reconnect','after':10,'reason':'rebalance'}");
    play.stage.close(play.greeted(), 4011, "elsewhere");
    int link = play.greeted();
    play.none("a close", 100, each -> each.kind() == Happening.Kind.CLOSED);
    play.welcome(link, "s1", true);
    play.own(link, "s1");
    play.closes(old, 10);
    play.noReport("offline", 10);
  }

  /** Two attempts ran at once: the second one's answer ended the first, whose link stayed open. */
  @Test
  void aMoveThatIsAskedForTwiceIsOneAttempt() {
    int old = play.attached();
    play.stage.refuseNext(503, 0);
    play.send(old, "{'type':'reconnect','after':1,'reason':'rebalance'}");
    play.take("a refused upgrade", 1_000, each -> each.kind() == Happening.Kind.REFUSED);
    play.send(old, "{'type':'reconnect','after':1,'reason':'rebalance'}");
    int link = play.greeted();
    play.noOpening(Play.ATTEMPT / 2);
    play.welcome(link, "s1", true);
    play.own(link, "s1");
    play.closes(old, 10);
  }

  /** Each was obeyed at once: connection after connection, without a pause. */
  @Test
  void nodesThatSendAClientToAndFroAreNotObeyedInALoop() {
    int link = play.attached("{'addresses':2}");
    int moves = 0;
    for (long end = play.stage.now() + 60_000; play.stage.now() < end && moves < 400; moves++) {
      play.send(link, "{'type':'reconnect','after':0,'reason':'rebalance'}");
      link = play.resumed();
    }
    check(moves > 10 && moves < 400, moves + " moves in a minute");
  }

  /**
   * Its renewal was forgotten by a connection that was lost before: the token ended on the next.
   */
  @Test
  void aTokenIsRenewedOnTheNextConnection() {
    play.beat = 100_000;
    int link = play.attached("{'tokens':['" + token("only", 100) + "']}");
    play.lose(link);
    play.greeted(90_000);
  }

  @Test
  void anUpgradeThatIsAnswered401TwiceStopsTheClient() {
    play.start();
    play.stage.refuseNext(401, 0);
    play.take("a refused upgrade", 1_000, each -> each.kind() == Happening.Kind.REFUSED);
    play.stage.refuseNext(401, 0);
    play.take("a refused upgrade", 1_000, each -> each.kind() == Happening.Kind.REFUSED);
    same(4501, play.state("stopped").path("code"), "the code");
    play.noOpening(60_000);
  }

  @Test
  void aNodeThatIsAwayIsAskedAFewTimesAMinute() {
    play.start(
        "{'times':{'attempt':10000,'firstWait':1000,'longestWait':20000,'steady':10000,'ack':10000,'retry':100}}");
    int attempts = 0;
    for (long end = play.stage.now() + 600_000; play.stage.now() < end; attempts++) {
      play.stage.cut(play.greeted(60_000));
    }
    check(attempts > 30 && attempts < 90, attempts + " attempts in ten minutes");
  }
}
