package dev.holdfast.client.conformance;

import static dev.holdfast.client.conformance.Play.check;
import static dev.holdfast.client.conformance.Play.same;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.client.conformance.Stage.Happening;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Rules 1 to 10. */
final class ConnectingScripts {
  /** So many losses that a wait near its bound comes among them. */
  static final int LOSSES = 14;

  static final List<Script> ALL =
      List.of(
          Script.onNetwork(1, "sub-protocol, and one token", ConnectingScripts::subProtocol),
          Script.of(2, "nothing before the welcome but hello", ConnectingScripts::helloFirst),
          Script.of(3, "a token for each attempt", ConnectingScripts::tokens),
          Script.of(4, "instance and attempt", ConnectingScripts::attempts),
          Script.of(5, "gives up without a welcome", ConnectingScripts::noWelcome),
          Script.of(6, "random waits that double", ConnectingScripts::waits),
          Script.of(7, "a welcome alone is no success", ConnectingScripts::closedAtOnce),
          Script.of(8, "addresses in turn", ConnectingScripts::addresses),
          Script.of(9, "waits as long as it was asked to", ConnectingScripts::retryAfter),
          Script.of(10, "listens to one connection", ConnectingScripts::oneConnection));

  private ConnectingScripts() {}

  private static void subProtocol(Play play) {
    play.start();
    Happening opening = play.opening();
    ObjectNode hello = play.later(opening.link(), "hello", 3_000);
    String offered = opening.json().path("protocols").asText();
    check(List.of(offered.split(", ?")).contains("holdfast.v1"), "offered: " + offered);
    int tokens = opening.json().has("authorization") ? 1 : 0;
    tokens += offered.contains("holdfast.bearer.") ? 1 : 0;
    tokens += hello.has("token") ? 1 : 0;
    check(tokens == 1, "the token is there " + tokens + " times");
  }

  private static void helloFirst(Play play) {
    play.start();
    int link = play.opening().link();
    play.subscribe("topic:a");
    play.publish("a");
    play.later(link, "hello", 3_000);
    for (String type : List.of("hello", "subscribe", "publish", "ack", "ping")) {
      play.noFrame(link, type, 100);
    }
    play.welcome(link, "s1", false);
    play.later(link, "subscribe", 1_000);
    play.later(link, "publish", 1_000);
  }

  private static void tokens(Play play) {
    play.start("{'tokens':['t1',null,'never','t2']}");
    int link = play.greeted();
    same("t1", play.hello.path("token"), "the first token");
    play.stage.cut(link);
    play.greeted();
    same("t2", play.hello.path("token"), "the token after one failure and one silence");
  }

  private static void attempts(Play play) {
    play.start();
    String instance = null;
    long attempt = 0;
    for (int i = 0; i < 4; i++) {
      int link = play.greeted();
      ObjectNode client = (ObjectNode) play.hello.path("client");
      check(
          client.path("instance").asText().matches("[A-Za-z0-9_-]{1,64}"),
          "an instance: " + client);
      check(instance == null || instance.equals(client.path("instance").asText()), "one instance");
      check(client.path("attempt").asLong() > attempt, "attempts rise: " + client);
      instance = client.path("instance").asText();
      attempt = client.path("attempt").asLong();
      play.stage.cut(link);
    }
  }

  private static void noWelcome(Play play) {
    play.start();
    int link = play.greeted();
    play.noOpening(Play.ATTEMPT / 2);
    play.closes(link, Play.ATTEMPT);
    play.greeted();
  }

  private static void waits(Play play) {
    play.start();
    List<Double> shares = new ArrayList<>();
    List<Long> waits = new ArrayList<>();
    for (int i = 0; i < LOSSES; i++) {
      int link = play.greeted();
      long bound = Math.min(Play.LONGEST_WAIT, Play.FIRST_WAIT << Math.min(i, 10));
      long wait = waitAfter(play, () -> play.stage.close(link, 4000, "shutdown"));
      check(wait <= bound + slack(play), "wait " + i + " is " + wait + " of " + bound);
      waits.add(wait);
      shares.add((double) wait / bound);
    }
    check(Collections.max(waits) > 2 * Play.FIRST_WAIT, "no wait grew: " + waits);
    check(Collections.max(shares) - Collections.min(shares) > 0.1, "not random: " + shares);
  }

  /** ms in the script's plan. */
  static long waitAfter(Play play, Runnable loss) {
    long lost = play.stage.now();
    loss.run();
    Happening opening = play.opening();
    play.measured = opening;
    return (opening.at() - lost) / play.stage.scale();
  }

  static long slack(Play play) {
    return play.stage.scale() == 1 ? 5 : 400;
  }

  private static void closedAtOnce(Play play) {
    play.start();
    List<Long> waits = new ArrayList<>();
    for (int i = 0; i < LOSSES; i++) {
      int link = play.greeted();
      play.welcome(link, "s1", i > 0);
      play.settle();
      waits.add(waitAfter(play, () -> play.stage.close(link, 4007, "internal")));
    }
    check(Collections.max(waits) > 2 * Play.FIRST_WAIT, "asked in a loop: " + waits);
    int link = play.greeted();
    play.welcome(link, "s1", true);
    play.noOpening(Play.STEADY + Play.FIRST_WAIT);
    long wait = waitAfter(play, () -> play.stage.close(link, 4007, "internal"));
    check(wait <= Play.FIRST_WAIT + slack(play), "after a success it waits " + wait);
  }

  private static void addresses(Play play) {
    play.start("{'addresses':2}");
    List<Integer> taken = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      Happening opening = play.opening();
      taken.add(opening.address());
      play.stage.cut(opening.link());
    }
    check(
        taken.equals(List.of(1, 2, 1, 2)) || taken.equals(List.of(2, 1, 2, 1)), "taken: " + taken);
  }

  private static void retryAfter(Play play) {
    play.start();
    int link = play.greeted();
    play.send(
        link,
        "{'type':'error','code':'rate_limited','message':'m','retryable':true,'retryAfter':"
            + 1_500 * play.stage.scale()
            + "}");
    play.stage.refuseNext(503, 2L * play.stage.scale());
    play.stage.close(link, 4004, "unavailable");
    play.noOpening(1_400);
    play.take("a refused upgrade", 1_000, each -> each.kind() == Happening.Kind.REFUSED);
    play.noOpening(1_900);
    play.greeted();
  }

  private static void oneConnection(Play play) {
    int old = play.reading();
    play.send(old, "{'type':'reconnect','after':10,'reason':'rebalance'}");
    int link = play.greeted();
    volatileEvent(play, old);
    play.welcome(link, "s1", true);
    volatileEvent(play, old);
    play.noReport("event", 100);
    play.stage.close(old, 4502, "forbidden");
    play.own(link, "s1");
    play.subscribed(link, "topic:a", 5);
    play.live(link, "topic:a", 5);
    play.publish("a");
    play.publish(link, 1, "a");
  }

  private static void volatileEvent(Play play, int link) {
    play.send(
        link,
        "{'type':'event','channel':'topic:a','class':'volatile','at':1,'event':'e','data':1,"
            + "'from':{'user':'bob'}}");
  }
}
