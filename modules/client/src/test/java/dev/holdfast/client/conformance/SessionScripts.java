package dev.holdfast.client.conformance;

import static dev.holdfast.client.conformance.Play.check;
import static dev.holdfast.client.conformance.Play.same;

import dev.holdfast.client.conformance.Stage.Happening;
import java.util.List;

/** Rules 11 to 18. */
final class SessionScripts {
  static final List<Script> ALL =
      List.of(
          Script.of(11, "resumes its session", SessionScripts::resumes),
          Script.of(12, "brings its cursors", SessionScripts::cursors),
          Script.of(13, "takes a new session", SessionScripts::newSession),
          Script.of(14, "comes back after a loss", SessionScripts::comesBack),
          Script.of(15, "stays away after 4500 to 4999", SessionScripts::staysAway),
          Script.of(16, "asks for a token after 4501, once", SessionScripts::unauthorized),
          Script.of(17, "moves when it is asked to", SessionScripts::moves),
          Script.of(18, "ends its session", SessionScripts::ends));

  private static final int LONG = 2 * Play.LONGEST_WAIT;

  private SessionScripts() {}

  private static void resumes(Play play) {
    int link = play.attached();
    for (int i = 0; i < 2; i++) {
      link = play.lose(link);
      same("s1", play.hello.path("resume"), "the session");
    }
  }

  private static void cursors(Play play) {
    int link = play.reading();
    play.event(link, "topic:a", 6);
    play.event(link, "session:s1", 1);
    play.settle();
    play.lose(link);
    var channels = play.hello.path("channels");
    same("[\"e1\",6]", channels.path("topic:a"), "topic:a");
    same("[\"e1\",0]", channels.path("tenant"), "tenant");
    same("[\"e1\",0]", channels.path("user:ann"), "user:ann");
    same("[\"e1\",1]", channels.path("session:s1"), "session:s1");
  }

  private static void newSession(Play play) {
    int link = play.reading();
    play.report("session");
    play.stage.cut(link);
    link = play.greeted();
    play.welcome(link, "s2", false);
    play.own(link, "s2");
    var report = play.report("session");
    check(!report.path("resumed").asBoolean(true), "it is new: " + report);
    play.settle();
    play.stage.cut(link);
    play.greeted();
    same("s2", play.hello.path("resume"), "the session");
    check(!play.hello.path("channels").has("session:s1"), "a channel of the old session");
    check(play.hello.path("channels").has("topic:a"), "topic:a is still read");
  }

  private static void comesBack(Play play) {
    int link = play.attached();
    for (int code : new int[] {4000, 4009, 4499, 3000, 1000}) {
      play.stage.close(link, code, "");
      link = play.resumed();
      same("s1", play.hello.path("resume"), "the session after " + code);
      play.settle();
    }
    play.stage.cut(link);
    play.resumed();
  }

  private static void staysAway(Play play) {
    int link = play.attached();
    play.publish("a");
    play.frame(link, "publish");
    play.stage.close(link, 4777, "of tomorrow");
    same(4777, play.state("stopped").path("code"), "the code");
    same("stopped", play.report("failed", "a").path("code"), "what was unanswered");
    play.noOpening(LONG);
  }

  private static void unauthorized(Play play) {
    play.start("{'tokens':['t1','t2','t3','t4','t5']}");
    int link = play.greeted();
    play.stage.close(link, 4501, "unauthorized");
    link = play.greeted();
    same("t2", play.hello.path("token"), "the token");
    play.welcome(link, "s1", false);
    play.settle();
    play.stage.close(link, 4501, "unauthorized");
    link = play.greeted();
    same("t3", play.hello.path("token"), "the token");
    play.stage.close(link, 4501, "unauthorized");
    play.state("stopped");
    play.noOpening(LONG);
  }

  private static void moves(Play play) {
    play.start("{'addresses':2}");
    Happening first = play.opening();
    play.later(first.link(), "hello", 1_000);
    play.welcome(first.link(), "s1", false);
    play.own(first.link(), "s1");
    play.state("online");
    long after = 200L * play.stage.scale();
    play.send(first.link(), "{'type':'reconnect','after':" + after + ",'reason':'rebalance'}");
    play.noOpening(150);
    Happening second = play.opening();
    check(second.address() != first.address(), "the other address");
    same("s1", play.later(second.link(), "hello", 1_000).path("resume"), "the session");
    play.welcome(second.link(), "s1", true);
    play.own(second.link(), "s1");
    play.settle();
    play.stage.close(first.link(), 4500, "replaced");
    play.noOpening(LONG);
    play.publish("a");
    play.publish(second.link(), 1, "a");
  }

  private static void ends(Play play) {
    int link = play.attached();
    play.command("{'do':'end'}");
    play.later(link, "close", 1_000);
    play.stage.close(link, 4503, "ended");
    play.state("stopped");
    link = play.attached();
    play.command("{'do':'end'}");
    play.later(link, "close", 1_000);
    play.stage.cut(link);
    play.state("stopped");
    play.noOpening(LONG);
  }
}
