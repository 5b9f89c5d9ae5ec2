package dev.holdfast.client.conformance;

import static dev.holdfast.client.conformance.Play.same;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.client.protocol.SessionUnderTest;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What this client does beyond the rules: it renews its token on the connection that it has. */
class RenewalTest {
  private static final String EXPIRING = "{'type':'expiring','in':60000}";

  private final Play play = new Play(new VirtualStage(SessionUnderTest::new));

  @BeforeEach
  void quiet() {
    play.beat = 100_000;
  }

  private ObjectNode refreshed(int link, String token) {
    ObjectNode refresh = play.later(link, "refresh", 60_000);
    same(token, refresh.path("token"), "the token");
    return refresh;
  }

  @Test
  void itGoesOnWithTheNextTokenOverTheSameConnection() {
    int link = play.attached("{'tokens':['t1','t2','t3']}");
    play.send(link, EXPIRING);
    play.send(link, EXPIRING);
    play.reply(link, refreshed(link, "t2"), "{'expiresIn':100000}");
    play.noFrame(link, "refresh", 1_000);
    play.noOpening(1_000);
    play.send(link, EXPIRING);
    play.reply(link, refreshed(link, "t3"), "{}");
    play.publish("a");
    play.stored(link, play.publish(link, 1, "a"));
    play.noOpening(200_000);
  }

  /** What the node says is left decides: this token's own end can't be read. */
  @Test
  void withoutAnotherWordItMovesBeforeTheNewTokenEnds() {
    int link = play.attached("{'tokens':['t1','t2','t3']}");
    play.send(link, EXPIRING);
    play.reply(link, refreshed(link, "t2"), "{'expiresIn':100000}");
    play.noOpening(79_900);
    int next = play.greeted();
    same("t3", play.hello.path("token"), "the token");
    play.welcome(next, "s1", true);
    play.own(next, "s1");
  }

  @Test
  void aSupplierThatThrowsHangsOrHasNothingNewIsAskedAgainAfterAWait() {
    int link = play.attached("{'tokens':['t1',null,'never','t1','t2']}");
    play.send(link, EXPIRING);
    play.state("online");
    play.reply(link, refreshed(link, "t2"), "{'expiresIn':4000000}");
    play.noReport("offline", 10);
    play.noOpening(1_000);
  }

  @Test
  void aRefusedTokenIsFollowedByTheNext() {
    int link = play.attached("{'tokens':['t1','t2','t3']}");
    play.send(link, EXPIRING);
    play.error(link, refreshed(link, "t2"), "unauthorized", false, "");
    play.reply(link, refreshed(link, "t3"), "{}");
    play.noOpening(1_000);
  }

  @Test
  void withoutANewTokenItReconnectsAsBefore() {
    int link = play.attached("{'tokens':['t1','never','t2']}");
    play.send(link, EXPIRING);
    play.stage.close(link, 4005, "expired");
    int next = play.greeted();
    same("t2", play.hello.path("token"), "the token");
    same("s1", play.hello.path("resume"), "the session");
    play.welcome(next, "s1", true);
    play.own(next, "s1");
    play.noFrame(next, "refresh", 30_000);
  }

  @Test
  void aLossInTheMiddleIsALossLikeAnother() {
    int link = play.attached("{'tokens':['t1','t2','t3']}");
    play.send(link, EXPIRING);
    refreshed(link, "t2");
    play.stage.cut(link);
    int next = play.resumed();
    same("t3", play.hello.path("token"), "the token");
    play.noFrame(next, "refresh", 30_000);
  }

  @Test
  void aMoveThatWasAskedForIsNotForgotten() {
    int link = play.attached("{'tokens':['t1','t2','t3']}");
    play.send(link, EXPIRING);
    ObjectNode refresh = refreshed(link, "t2");
    play.send(link, "{'type':'reconnect','after':500,'reason':'rebalance'}");
    play.reply(link, refresh, "{'expiresIn':4000000}");
    int next = play.greeted();
    play.welcome(next, "s1", true);
    play.own(next, "s1");
    play.closes(link, 10);
  }
}
