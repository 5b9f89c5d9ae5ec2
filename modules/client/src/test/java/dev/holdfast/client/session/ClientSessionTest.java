package dev.holdfast.client.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.NullNode;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

/** The ends of a session, whenever they come. */
class ClientSessionTest {
  private final List<String> wire = new ArrayList<>();
  private final ClientSession session =
      new ClientSession(
          new SessionOptions(
              List.of(URI.create("ws://node")),
              "test",
              "1",
              ClientTimes.DEFAULTS,
              ClientBounds.DEFAULTS),
          new Notes(),
          new SessionListener() {});

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
}
