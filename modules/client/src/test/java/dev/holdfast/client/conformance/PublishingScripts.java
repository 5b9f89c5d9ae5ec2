package dev.holdfast.client.conformance;

import static dev.holdfast.client.conformance.Play.check;
import static dev.holdfast.client.conformance.Play.same;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/** Rules 30 to 41. */
final class PublishingScripts {
  static final List<Script> ALL =
      List.of(
          Script.of(30, "numbers", PublishingScripts::numbers),
          Script.of(31, "sends again in order", PublishingScripts::sendsAgain),
          Script.of(32, "numbers anew in a new session", PublishingScripts::newSession),
          Script.of(33, "errors to older sendings", PublishingScripts::olderSendings),
          Script.of(34, "waits after a retryable error", PublishingScripts::waits),
          Script.of(35, "expected among the unanswered", PublishingScripts::expectedAmong),
          Script.of(36, "expected below the unanswered", PublishingScripts::expectedBelow),
          Script.of(37, "a number that is free", PublishingScripts::refused),
          Script.of(38, "fenced", PublishingScripts::fenced),
          Script.of(39, "duplicate", PublishingScripts::duplicate),
          Script.of(40, "too large", PublishingScripts::tooLarge),
          Script.of(41, "a bound", PublishingScripts::bound));

  private PublishingScripts() {}

  /** Publishes these, and takes their frames, numbered from there. */
  private static List<ObjectNode> publish(Play play, int link, long from, String... keys) {
    List<ObjectNode> frames = new ArrayList<>();
    for (String key : keys) {
      play.publish(key);
      frames.add(play.publish(link, from + frames.size(), key));
    }
    return frames;
  }

  private static void numbers(Play play) {
    int link = play.attached();
    publish(play, link, 1, "a", "b").forEach(frame -> play.stored(link, frame));
    play.command("{'do':'volatile','key':'v','channel':'topic:a','event':'e','data':'v'}");
    ObjectNode volatileOne = play.frame(link, "publish");
    same("volatile", volatileOne.path("class"), "the class");
    check(!volatileOne.has("n"), "a volatile one has no number");
    play.reply(link, volatileOne, "{}");
    publish(play, link, 3, "c");
    play.command("{'do':'publish','key':'d','channel':'topic:b','event':'e','data':'d'}");
    play.publish(link, 1, "d");
    play.report("stored", "b");
  }

  private static void sendsAgain(Play play) {
    int link = play.attached();
    play.stored(link, publish(play, link, 1, "a", "b", "c").get(0));
    play.report("stored", "a");
    play.stage.cut(link);
    play.state("offline");
    play.publish("d");
    int next = play.resumed();
    play.publish(next, 2, "b");
    play.publish(next, 3, "c");
    play.stored(next, play.publish(next, 4, "d"));
    play.report("stored", "d");
  }

  private static void newSession(Play play) {
    int link = play.attached();
    play.stored(link, publish(play, link, 1, "a", "b", "c").get(0));
    play.report("stored", "a");
    play.stage.cut(link);
    int next = play.greeted();
    play.welcome(next, "s2", false);
    play.publish(next, 1, "b");
    play.publish(next, 2, "c");
    publish(play, next, 3, "d");
  }

  private static void olderSendings(Play play) {
    int link = play.attached();
    List<ObjectNode> first = publish(play, link, 1, "a", "b", "c");
    play.error(link, first.get(0), "timeout", true, "");
    ObjectNode a = play.publish(link, 1, "a");
    ObjectNode b = play.publish(link, 2, "b");
    ObjectNode c = play.publish(link, 3, "c");
    for (int i = 0; i < 3; i++) {
      ObjectNode again = List.of(a, b, c).get(i);
      check(!again.path("id").equals(first.get(i).path("id")), "a new id: " + again);
    }
    play.error(link, first.get(1), "forbidden", false, "");
    play.noReport("failed", 50);
    play.stored(link, a);
    play.stored(link, b);
    play.stored(link, first.get(2));
    play.report("stored", "b");
    play.report("stored", "c");
  }

  private static void waits(Play play) {
    int link = play.attached();
    List<ObjectNode> first = publish(play, link, 1, "a", "b");
    int wait = 600 * play.stage.scale();
    play.error(link, first.get(0), "store_full", true, ",'retryAfter':" + wait);
    play.error(link, first.get(1), "out_of_sequence", true, ",'expected':1");
    // The driver's commands come another way, and may overtake what was sent.
    play.send(link, "{'type':'ping'}");
    play.later(link, "pong", 1_000);
    play.publish("c");
    play.noFrame(link, "publish", 550);
    play.publish(link, 1, "a");
    play.publish(link, 2, "b");
    play.publish(link, 3, "c");
    play.noFrame(link, "publish", 50);
  }

  private static void expectedAmong(Play play) {
    int link = play.attached();
    List<ObjectNode> first = publish(play, link, 1, "a", "b", "c");
    play.error(link, first.get(2), "out_of_sequence", true, ",'expected':2");
    play.report("stored", "a");
    play.stored(link, play.publish(link, 2, "b"));
    play.stored(link, play.publish(link, 3, "c"));
    play.report("stored", "c");
    publish(play, link, 4, "d");
  }

  private static void expectedBelow(Play play) {
    int link = play.attached();
    publish(play, link, 1, "a", "b").forEach(frame -> play.stored(link, frame));
    List<ObjectNode> lost = publish(play, link, 3, "c", "d");
    play.error(link, lost.get(0), "out_of_sequence", true, ",'expected':1");
    play.publish(link, 1, "c");
    play.publish(link, 2, "d");
    play.error(link, lost.get(1), "out_of_sequence", true, ",'expected':1");
    play.noFrame(link, "publish", 5 * Play.RETRY);
    publish(play, link, 3, "e");
  }

  private static void refused(Play play) {
    int link = play.attached();
    List<ObjectNode> first = publish(play, link, 1, "a", "b", "c");
    play.error(link, first.get(0), "bad_request", false, "");
    same("bad_request", play.report("failed", "a").path("code"), "the refusal");
    play.error(link, first.get(1), "out_of_sequence", true, ",'expected':1");
    play.error(link, first.get(2), "out_of_sequence", true, ",'expected':1");
    play.stored(link, play.publish(link, 1, "b"));
    ObjectNode c = play.publish(link, 2, "c");
    play.error(link, c, "forbidden", false, "");
    play.report("failed", "c");
    ObjectNode d = publish(play, link, 2, "d").get(0);
    play.noFrame(link, "publish", 5 * Play.RETRY);
    refusedInDoubt(play, d, play.lose(link));
  }

  /** The lost connection may have stored it: the next one under its number would be swallowed. */
  private static void refusedInDoubt(Play play, ObjectNode sent, int link) {
    ObjectNode d = play.publish(link, 2, sent.path("data").asText());
    play.error(link, d, "forbidden", false, "");
    play.report("failed", "d");
    ObjectNode e = publish(play, link, 3, "e").get(0);
    play.error(link, e, "out_of_sequence", true, ",'expected':2");
    play.stored(link, play.publish(link, 2, "e"));
    play.report("stored", "e");
  }

  private static void fenced(Play play) {
    int link = play.attached();
    ObjectNode a = publish(play, link, 1, "a").get(0);
    play.error(link, a, "fenced", false, "");
    play.noReport("failed", 50);
    play.stage.close(link, 4009, "lost");
    int next = play.resumed();
    play.stored(next, play.publish(next, 1, "a"));
    play.report("stored", "a");
  }

  private static void duplicate(Play play) {
    int link = play.attached();
    publish(play, link, 1, "a", "b");
    int next = play.lose(link);
    ObjectNode a = play.publish(next, 1, "a");
    ObjectNode b = play.publish(next, 2, "b");
    play.reply(next, a, "{'duplicate':true}");
    play.reply(next, b, "{'epoch':'e1','seq':2,'duplicate':true}");
    play.report("stored", "a");
    play.report("stored", "b");
  }

  private static void tooLarge(Play play) {
    int link = play.attached();
    String data = "x".repeat(70_000);
    play.command(
        "{'do':'publish','key':'big','channel':'topic:a','event':'e','data':'" + data + "'}");
    same("too_large", play.report("failed", "big").path("code"), "the refusal");
    publish(play, link, 1, "a");
  }

  private static void bound(Play play) {
    int link = play.attached("{'publications':3}");
    List<ObjectNode> frames = publish(play, link, 1, "a", "b", "c");
    play.publish("d");
    same("queue_full", play.report("failed", "d").path("code"), "the refusal");
    play.stored(link, frames.get(0));
    play.report("stored", "a");
    publish(play, link, 4, "e");
  }
}
