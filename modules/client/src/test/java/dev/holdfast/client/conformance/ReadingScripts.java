package dev.holdfast.client.conformance;

import static dev.holdfast.client.conformance.Play.check;
import static dev.holdfast.client.conformance.Play.same;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** Rules 19 to 29. */
final class ReadingScripts {
  static final List<Script> ALL =
      List.of(
          Script.of(19, "an event moves the cursor", ReadingScripts::moves),
          Script.of(20, "a volatile event moves nothing", ReadingScripts::volatileOne),
          Script.of(21, "a gap moves the cursor, and is reported", ReadingScripts::gap),
          Script.of(22, "subscribed gives the first cursor", ReadingScripts::firstCursor),
          Script.of(23, "each event once", ReadingScripts::once),
          Script.of(24, "subscribes again", ReadingScripts::subscribes),
          Script.of(25, "unsubscribes again", ReadingScripts::unsubscribes),
          Script.of(26, "reads what a service gave it", ReadingScripts::granted),
          Script.of(27, "what is not read any more", ReadingScripts::unsubscribed),
          Script.of(28, "acknowledges what was handled", ReadingScripts::acks),
          Script.of(29, "asks again, in order", ReadingScripts::asksAgain));

  private ReadingScripts() {}

  private static void cursor(Play play, String expected, String channel) {
    same(expected, play.hello.path("channels").path(channel), "the cursor of " + channel);
  }

  private static void moves(Play play) {
    int link = play.reading();
    play.event(link, "topic:a", 6);
    play.event(link, "topic:a", 7);
    play.report("event");
    same(7, play.report("event").path("seq"), "the second event");
    play.lose(link);
    cursor(play, "[\"e1\",7]", "topic:a");
  }

  private static void volatileOne(Play play) {
    int link = play.reading();
    play.event(link, "topic:a", 6);
    play.send(
        link,
        "{'type':'event','channel':'topic:a','class':'volatile','at':1,'event':'e','data':'v',"
            + "'from':{'service':'s'}}");
    play.report("event");
    same("v", play.report("event").path("data"), "the volatile event");
    play.lose(link);
    cursor(play, "[\"e1\",6]", "topic:a");
  }

  private static void gap(Play play) {
    int link = play.reading();
    play.send(
        link, "{'type':'gap','channel':'topic:a','from':['e1',5],'to':['e2',3],'reason':'epoch'}");
    same("[\"e2\",3]", play.report("gap").path("to"), "the gap's end");
    play.event(link, "topic:a", "e2", 4);
    same(4, play.report("event").path("seq"), "the event behind the gap");
    play.send(
        link,
        "{'type':'gap','channel':'topic:a','from':['e2',4],'to':['e2',9],'reason':'trimmed'}");
    play.report("gap");
    play.lose(link);
    cursor(play, "[\"e2\",9]", "topic:a");
  }

  private static void firstCursor(Play play) {
    int link = play.attached();
    play.subscribe("topic:a");
    play.reply(link, play.frame(link, "subscribe"), "{'epoch':'e1','seq':5}");
    play.subscribed(link, "topic:a", 5);
    play.settle();
    link = play.lose(link);
    cursor(play, "[\"e1\",5]", "topic:a");
    play.send(
        link, "{'type':'subscribed','channel':'topic:a','epoch':'e2','seq':50,'recovered':false}");
    play.settle();
    play.lose(link);
    cursor(play, "[\"e1\",5]", "topic:a");
  }

  private static void once(Play play) {
    int link = play.reading();
    for (long seq : new long[] {6, 6, 4, 7, 5}) {
      play.event(link, "topic:a", seq);
    }
    play.event(link, "topic:a", "e2", 2);
    same(6, play.report("event").path("seq"), "the first");
    same(7, play.report("event").path("seq"), "the second");
    same(2, play.report("event").path("seq"), "that of another epoch");
    play.noReport("event", 50);
    play.lose(link);
    cursor(play, "[\"e2\",2]", "topic:a");
  }

  private static void subscribes(Play play) {
    int link = play.attached();
    play.subscribe("topic:a");
    play.frame(link, "subscribe");
    link = play.lose(link);
    ObjectNode again = play.frame(link, "subscribe");
    same("topic:a", again.path("channel"), "the channel");
    play.error(link, again, "conflict", false, "");
    play.report("answered", "sub");
  }

  private static void unsubscribes(Play play) {
    int link = play.reading();
    play.command("{'do':'unsubscribe','key':'un','channel':'topic:a'}");
    play.frame(link, "unsubscribe");
    play.event(link, "topic:a", 6);
    play.noReport("event", 50);
    play.stage.cut(link);
    link = play.resumed();
    check(!play.hello.path("channels").has("topic:a"), "the hello subscribes again");
    play.subscribed(link, "topic:a", 5);
    play.event(link, "topic:a", 6);
    play.noReport("event", 50);
    play.reply(link, play.frame(link, "unsubscribe"), "{}");
    play.report("answered", "un");
    play.lose(link);
    check(!play.hello.path("channels").has("topic:a"), "the next hello subscribes again");
  }

  private static void granted(Play play) {
    int link = play.attached();
    play.subscribed(link, "topic:granted", 3);
    play.live(link, "topic:granted", 3);
    play.event(link, "topic:granted", 4);
    play.settle();
    play.lose(link);
    cursor(play, "[\"e1\",4]", "topic:granted");
  }

  private static void unsubscribed(Play play) {
    int link = play.reading();
    play.send(link, "{'type':'unsubscribed','channel':'topic:a','code':'service'}");
    same("service", play.report("unsubscribed").path("code"), "the code");
    play.subscribed(link, "topic:b", 3);
    play.send(link, "{'type':'unsubscribed','channel':'topic:b','code':'internal'}");
    play.settle();
    play.lose(link);
    check(!play.hello.path("channels").has("topic:a"), "the hello subscribes again");
    cursor(play, "[\"e1\",3]", "topic:b");
  }

  private static void acks(Play play) {
    int link = play.reading("{'handlers':'hold'}");
    play.event(link, "topic:a", 6);
    play.report("event");
    play.noFrame(link, "ack", 3 * Play.ACK);
    play.command("{'do':'release'}");
    ObjectNode ack = play.later(link, "ack", 10 * Play.ACK);
    same("[\"e1\",6]", ack.path("cursors").path("topic:a"), "the cursor that is acknowledged");
  }

  private static void asksAgain(Play play) {
    int link = play.attached();
    play.subscribe("topic:a");
    ObjectNode first = play.frame(link, "subscribe");
    play.command("{'do':'unsubscribe','key':'un','channel':'topic:a'}");
    play.error(link, first, "unavailable", true, "");
    ObjectNode again = play.frame(link, "subscribe");
    play.reply(link, again, "{'epoch':'e1','seq':5}");
    play.reply(link, play.frame(link, "unsubscribe"), "{}");
    play.report("answered", "un");
  }
}
