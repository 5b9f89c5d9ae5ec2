package dev.holdfast.client.conformance;

import static dev.holdfast.client.conformance.Play.check;
import static dev.holdfast.client.conformance.Play.same;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Rules 47 and 48. */
final class MovingScripts {
  static final List<Script> ALL =
      List.of(
          Script.of(47, "says that it moves, twice at most", MovingScripts::says),
          Script.of(48, "is sent on where it said so", MovingScripts::sentOn));

  private static final int ELSEWHERE = 4011;

  /** So many losses that a wait is not taken for none. */
  private static final int GROWN = 4;

  private static final int ROUNDS = 3;

  private MovingScripts() {}

  private static void says(Play play) {
    play.start("{'addresses':2}");
    int link = greeted(play, false);
    play.stage.cut(link);
    link = greeted(play, false);
    play.welcome(link, "s1", false);
    play.own(link, "s1");
    link = greetedAfterReconnect(play, link);
    same("s1", play.hello.path("resume"), "the session");
    play.stage.close(link, ELSEWHERE, "elsewhere");
    link = greeted(play, true);
    play.stage.close(link, ELSEWHERE, "elsewhere");
    link = greeted(play, false);
    same("s1", play.hello.path("resume"), "the session");
    play.welcome(link, "s1", true);
    play.own(link, "s1");
    link = greetedAfterReconnect(play, link);
    play.welcome(link, "s1", true);
    play.settle();
    play.stage.close(link, ELSEWHERE, "elsewhere");
    greeted(play, false);
  }

  private static int greeted(Play play, boolean moves) {
    int link = play.greeted();
    check(play.hello.path("move").asBoolean(false) == moves, "move: " + moves + ": " + play.hello);
    return link;
  }

  private static int greetedAfterReconnect(Play play, int link) {
    play.send(link, "{'type':'reconnect','after':10,'reason':'rebalance'}");
    return greeted(play, true);
  }

  private static void sentOn(Play play) {
    play.start("{'addresses':2}");
    int link = play.greeted();
    for (int i = 0; i < GROWN; i++) {
      play.stage.close(link, 4000, "shutdown");
      link = play.greeted();
    }
    for (int i = 0; i < ROUNDS; i++) {
      play.welcome(link, "s1", i > 0);
      play.own(link, "s1");
      link = atOnce(play, atOnce(play, greetedAfterReconnect(play, link)));
    }
    List<Long> waits = new ArrayList<>();
    for (int i = 0; i < ConnectingScripts.LOSSES; i++) {
      waits.add(elsewhere(play, link));
      link = greeted(play, false);
    }
    check(Collections.max(waits) > 2 * Play.FIRST_WAIT, "asked in a loop: " + waits);
  }

  private static int atOnce(Play play, int link) {
    long wait = elsewhere(play, link);
    check(wait <= ConnectingScripts.slack(play), "sent on, it waits " + wait);
    return play.greeted();
  }

  private static long elsewhere(Play play, int link) {
    return ConnectingScripts.waitAfter(play, () -> play.stage.close(link, ELSEWHERE, "elsewhere"));
  }
}
