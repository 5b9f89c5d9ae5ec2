package dev.holdfast.client.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.holdfast.client.session.ClientBounds;
import dev.holdfast.client.session.ClientState;
import dev.holdfast.client.session.ClientTimes;
import dev.holdfast.client.session.Cursor;
import dev.holdfast.client.session.From;
import dev.holdfast.client.session.RefusedException;
import dev.holdfast.client.session.SessionListener;
import dev.holdfast.client.session.SessionOptions;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

/** The ends of a session, whenever they come. */
class ClientSessionTest {
  private static final String SUBSCRIBED =
      """
      {"type":"subscribed","channel":"run:r","epoch":"e","seq":0,"recovered":true}""";

  private final List<String> wire = new ArrayList<>();
  private final List<String> heard = new ArrayList<>();
  private final ClientSession session =
      new ClientSession(
          new SessionOptions(
              List.of(URI.create("ws://node")),
              "test",
              "1",
              ClientTimes.DEFAULTS,
              ClientBounds.DEFAULTS),
          new Notes(),
          new Heard());

  /** A connection that opened after the client had left was greeted, and stayed open for good. */
  @Test
  void aClientThatLeftWhileItsConnectionOpenedClosesIt() {
    session.start();
    session.token(1, "t");
    session.leave();
    wire.clear();
    session.opened(1);
    assertEquals(List.of("close 1"), wire);
  }

  @Test
  void aTokenThatComesAfterTheEndOpensNothing() {
    session.start();
    session.leave();
    session.token(1, "t");
    assertEquals(List.of("token 1"), wire);
    assertEquals(ClientState.Kind.STOPPED, session.state().kind());
  }

  @Test
  void whatIsAskedAfterTheEndFails() {
    session.start();
    session.leave();
    NullNode data = NullNode.getInstance();
    for (CompletableFuture<?> answer :
        List.of(
            session.publish("topic:a", "e", data),
            session.publishVolatile("topic:a", "e", data),
            session.request("s", "m", data, 1_000),
            session.subscribe("topic:a", From.LATEST),
            session.unsubscribe("topic:a"))) {
      var failure = assertThrows(CompletionException.class, answer::join);
      assertTrue(failure.getCause() instanceof RefusedException, failure::toString);
    }
    assertTrue(session.end().isDone());
  }

  private void welcomed(int link, boolean resumed, int limit) {
    session.opened(link);
    session.received(
        link,
        """
        {"type":"welcome","session":"s1","generation":1,"connection":"c","node":"n","resumed":%s,
        "linger":120,"heartbeat":25,"limits":{"frame":%d},"time":0}"""
            .formatted(resumed, limit));
  }

  private static String code(CompletableFuture<?> answer) {
    assertTrue(answer.isDone(), "it waits");
    var failure = assertThrows(CompletionException.class, answer::join);
    return ((RefusedException) failure.getCause()).code();
  }

  /**
   * A server that can't read the data (nested too deeply, say) has read what stands before. Without
   * an id its refusal was of no account: all behind it waited, and were sent until it closed.
   */
  @Test
  void theIdOfAFrameComesBeforeItsData() {
    session.start();
    session.token(1, "t");
    welcomed(1, false, 65_536);
    wire.clear();
    NullNode data = NullNode.getInstance();
    session.publish("topic:a", "e", data);
    session.publishVolatile("topic:a", "e", data);
    session.request("s", "m", data, 1_000);
    assertEquals(3, wire.size());
    wire.forEach(frame -> assertTrue(frame.indexOf("\"id\":") < frame.indexOf("\"data\":"), frame));
  }

  /** A server ends the session of a client that sends one. */
  @Test
  void whatIsLargerThanAFrameIsNotSent() {
    session.start();
    session.token(1, "t");
    TextNode large = TextNode.valueOf("x".repeat(40_000));
    var early = session.request("s", "m", large, 1_000);
    var first = session.publish("topic:a", "e", large);
    var second = session.publish("topic:a", "e", NullNode.getInstance());
    welcomed(1, false, 30_000);
    assertEquals("too_large", code(early));
    assertEquals("too_large", code(first));
    assertFalse(second.isDone());
    assertTrue(wire.get(wire.size() - 1).contains("\"n\":1"), wire.toString());
    assertEquals("too_large", code(session.request("s", "m", large, 1_000)));
    assertEquals("too_large", code(session.publishVolatile("topic:a", "e", large)));
    assertEquals("too_large", code(session.subscribe("topic:" + large + large, From.LATEST)));
    assertTrue(wire.stream().allMatch(each -> each.length() < 30_000));
  }

  /** What was asked when the end was heard of was kept, and never answered. */
  @Test
  void whatIsAskedWhileTheClientEndsFails() {
    session.start();
    NullNode data = NullNode.getInstance();
    var again =
        session
            .publish("topic:a", "e", data)
            .handle((stored, failure) -> session.publish("topic:a", "e", data))
            .thenCompose(publish -> publish);
    session.leave();
    assertEquals("stopped", code(again));
    assertEquals(0, session.unanswered());
  }

  @Test
  void aClientThatLeavesWhenItsRequestFailsStaysAway() {
    session.start();
    session.token(1, "t");
    welcomed(1, false, 65_536);
    session
        .request("s", "m", NullNode.getInstance(), 1_000)
        .whenComplete((answer, failure) -> session.leave());
    session.closed(1, 1006, "");
    assertEquals(ClientState.Kind.STOPPED, session.state().kind());
    assertEquals(1, wire.stream().filter(each -> each.startsWith("open")).count());
  }

  /** An application that looks at one channel after the other while there is no connection. */
  @Test
  void subscriptionsThatWaitAreBounded() {
    session.start();
    List<CompletableFuture<?>> asked = new ArrayList<>();
    for (int i = 0; i < 3_000; i++) {
      asked.add(session.subscribe("topic:" + i % 7, From.LATEST));
      session.unsubscribe("topic:" + i % 7);
    }
    assertEquals("queue_full", code(asked.get(asked.size() - 1)));
    assertFalse(asked.get(0).isDone());
  }

  /** A caller that reads events without a tree has the session keep the cursors all the same. */
  @Test
  void anEventThatTheCallerReadMovesTheCursorOnce() {
    session.start();
    session.token(1, "t");
    assertFalse(session.received(1, "tenant", new Cursor("e", 7)), "nobody is welcomed yet");
    welcomed(1, false, 65_536);
    assertTrue(session.received(1, "tenant", new Cursor("e", 7)));
    assertFalse(session.received(1, "tenant", new Cursor("e", 7)));
    assertFalse(session.received(1, "tenant", new Cursor("e", 6)));
    assertTrue(session.received(1, "tenant", new Cursor("f", 1)), "of another epoch");
    assertTrue(session.received(1, "tenant", null), "volatile");
    assertFalse(session.received(2, "tenant", new Cursor("f", 2)), "not the one listened to");
    session.closed(1, 1006, "");
    session.start();
    session.token(2, "t");
    session.opened(2);
    assertTrue(wire.get(wire.size() - 1).contains("\"channels\":{\"tenant\":[\"f\",1]}"));
  }

  private String helloAfterLossAt(String... frames) {
    session.start();
    session.token(1, "t");
    welcomed(1, false, 65_536);
    List.of(frames).forEach(frame -> session.received(1, frame));
    session.closed(1, 1006, "");
    session.start();
    session.token(2, "t");
    session.opened(2);
    return wire.get(wire.size() - 1);
  }

  /** A client that was cut off before the snapshot went on behind it, and had no beginning. */
  @Test
  void aLossBeforeTheSnapshotLeavesTheCursorBeforeAllThatItStandsFor() {
    String hello = helloAfterLossAt(SUBSCRIBED);
    assertTrue(hello.contains("\"channels\":{\"run:r\":[\"e\",0]}"), hello);
  }

  @Test
  void aSnapshotMovesTheCursorToItsPosition() {
    String snapshot =
        """
        {"type":"snapshot","channel":"run:r","epoch":"e","seq":7,"data":{}}""";
    String hello = helloAfterLossAt(SUBSCRIBED, snapshot);
    assertTrue(hello.contains("\"channels\":{\"run:r\":[\"e\",7]}"), hello);
  }

  @Test
  void theListenerHearsOfSubscriptionsAndErrors() {
    session.start();
    session.token(1, "t");
    welcomed(1, false, 65_536);
    session.received(
        1,
        """
        {"type":"subscribed","channel":"tenant","epoch":"e","seq":3,"recovered":true}""");
    session.subscribe("topic:a", From.LATEST);
    session.received(
        1,
        """
        {"type":"error","id":"1","code":"unavailable","message":"later","retryable":true}""");
    assertEquals(List.of("tenant 3", "unavailable: later"), heard);
  }

  /** Writes down what the session asks of it. */
  private final class Notes implements Wire {
    @Override
    public void token(int ask) {
      wire.add("token " + ask);
    }

    @Override
    public void open(int link, URI address) {
      wire.add("open " + link);
    }

    @Override
    public void send(int link, String frame) {
      wire.add("send " + link + " " + frame);
    }

    @Override
    public void close(int link) {
      wire.add("close " + link);
    }

    @Override
    public long now() {
      return 0;
    }

    @Override
    public Runnable after(long millis, Runnable task) {
      return () -> {};
    }
  }

  /** Writes down what the session reports. */
  private final class Heard implements SessionListener {
    @Override
    public void subscribed(String channel, Cursor cursor) {
      heard.add(channel + " " + cursor.seq());
    }

    @Override
    public void error(RefusedException error) {
      heard.add(error.getMessage());
    }
  }
}
