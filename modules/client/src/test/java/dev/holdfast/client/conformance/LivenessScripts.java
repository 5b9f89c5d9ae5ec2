package dev.holdfast.client.conformance;

import static dev.holdfast.client.conformance.Play.same;

import java.util.List;

/** Rules 42 to 46. */
final class LivenessScripts {
  static final List<Script> ALL =
      List.of(
          Script.of(42, "asks once", LivenessScripts::asksOnce),
          Script.of(43, "answers pings", LivenessScripts::pong),
          Script.of(44, "notices silence", LivenessScripts::silence),
          Script.of(45, "ignores what it does not know", LivenessScripts::unknown),
          Script.of(46, "survives nonsense", LivenessScripts::nonsense));

  private LivenessScripts() {}

  private static void asksOnce(Play play) {
    int link = play.attached();
    String request = "{'do':'request','key':'r%d','service':'billing','method':'quote','data':1}";
    play.command(request.formatted(1));
    play.reply(link, play.frame(link, "request"), "{'total':3}");
    same(3, play.report("answered", "r1").path("data").path("total"), "the answer");
    play.command(request.formatted(2));
    play.frame(link, "request");
    play.command("{'do':'volatile','key':'v','channel':'topic:a','event':'e','data':'v'}");
    play.frame(link, "publish");
    link = play.lose(link);
    same("disconnected", play.report("failed", "r2").path("code"), "the request");
    same("disconnected", play.report("failed", "v").path("code"), "the publication");
    play.noFrame(link, "request", 100);
    play.noFrame(link, "publish", 100);
  }

  private static void pong(Play play) {
    int link = play.attached();
    play.send(link, "{'type':'ping'}");
    play.later(link, "pong", 1_000);
  }

  private static void silence(Play play) {
    play.beat = 1;
    int link = play.attached();
    play.later(link, "ping", 1_500);
    play.send(link, "{'type':'pong'}");
    play.later(link, "ping", 1_500);
    play.closes(link, 1_500);
    play.greeted();
    same("s1", play.hello.path("resume"), "the session");
  }

  private static void unknown(Play play) {
    int link = play.reading();
    play.send(link, "{'type':'of-tomorrow','channel':5}");
    play.send(link, "{'type':'reply','id':'not asked','data':{}}");
    play.send(link, "{'type':'error','code':'new_code','message':'m','retryable':false,'x':[1]}");
    play.send(
        link,
        "{'type':'event','channel':'topic:a','epoch':'e1','seq':6,'at':1,'event':'e','data':6,"
            + "'from':{'user':'bob','x':1},'x':{'y':1}}");
    same(6, play.report("event").path("seq"), "the event");
    play.publish("a");
    play.publish(link, 1, "a");
    play.noOpening(2 * Play.FIRST_WAIT);
  }

  private static void nonsense(Play play) {
    int link = play.reading();
    for (String frame :
        List.of(
            "no JSON",
            "[1]",
            "{'type':'event','channel':'topic:a','event':'e','data':1}",
            "{'type':'gap','channel':'topic:a','from':['e1',5]}")) {
      play.send(link, frame);
      play.closes(link, 500);
      link = play.resumed();
      same("s1", play.hello.path("resume"), "the session");
      play.settle();
    }
    play.stage.cut(link);
    link = play.greeted();
    play.welcome(link, "s9", true);
    play.closes(link, 500);
    play.greeted();
    same("s1", play.hello.path("resume"), "the session after a foreign welcome");
  }
}
