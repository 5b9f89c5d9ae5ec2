package dev.holdfast.sessions;

import dev.holdfast.core.Attempt;
import dev.holdfast.core.BusValue;
import dev.holdfast.core.Caller;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.NodeId;
import dev.holdfast.core.Position;
import dev.holdfast.tokens.TokenRef;
import dev.holdfast.tokens.TokenSamples;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** One of each message of sessions. A set or map has one element, so that its bytes are known. */
public final class SessionSamples {
  private static final Caller.User ANN =
      new Caller.User("acme", "ann", Set.of("r"), Set.of("publish:topic:*"));
  private static final SessionRef REF = new SessionRef("acme", "s1", 3);
  private static final NodeId NODE = new NodeId("n1", 42);
  private static final ChannelName NEWS = ChannelName.topic("a/b");
  private static final Map<ChannelName, Position> CURSORS = Map.of(NEWS, new Position("E1", 1));
  private static final ConnectionInfo CONNECTION =
      new ConnectionInfo("c1", "web 1.0", "10.0.0.1", 99);
  private static final Attachment ATTACHMENT = new Attachment(NODE, "c1", 3);

  private SessionSamples() {}

  public static Stream<BusValue> all() {
    return Stream.of(messages(), requests(), answers(), notices()).flatMap(each -> each);
  }

  private static Stream<BusValue> messages() {
    return Stream.of(
        new SessionMessage.Attach(
            ANN,
            "s1",
            NODE,
            CONNECTION,
            new Attempt("i1", 2),
            new NewSession("s2", CURSORS),
            new TokenRef("47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU", 99)),
        new NewSession("s2", CURSORS),
        new SessionMessage.Detach(REF, NODE, CURSORS),
        new SessionMessage.StoreCursors(
            List.of(new SessionMessage.StoreCursors.Entry(REF, CURSORS))),
        new SessionMessage.StoreCursors.Entry(REF, CURSORS),
        new SessionMessage.Subscribe(REF, CURSORS),
        new SessionMessage.Unsubscribe(REF, ChannelName.TENANT, true),
        new SessionMessage.NotePublishing(REF, ChannelName.user("ann"), NEWS),
        new SessionMessage.Refresh(
            REF,
            new TokenRef("47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU", 99),
            List.of(TokenSamples.GRANT)),
        new SessionMessage.Sweep(List.of(1, 2), Set.of(NODE)),
        new SessionMessage.Reap(NODE, 5),
        new SessionMessage.Renew(NODE, ""));
  }

  private static Stream<BusValue> requests() {
    return Stream.of(
        new SessionMessage.Create(ANN, "acme", "ann", Map.of("k", "v")),
        new SessionMessage.Get(ANN, "acme", "s1"),
        new SessionMessage.SetAttributes(ANN, "acme", "s1", 1, Map.of("k", "v")),
        new SessionMessage.Touch(ANN, "acme", "s1"),
        new SessionMessage.ListSessions(ANN, "acme", null, "", 10),
        new SessionMessage.Close(ANN, "acme", "s1", "closed"),
        new SessionMessage.Views("acme", List.of("s1")));
  }

  private static Stream<BusValue> answers() {
    var view =
        new SessionView(
            "acme", "s1", "ann", 1, ATTACHMENT, CONNECTION, 0, 2, Map.of("k", "v"), Set.of(NEWS));
    return Stream.of(
        REF,
        CONNECTION,
        ATTACHMENT,
        view,
        new Attached(
            REF,
            true,
            1,
            CURSORS,
            Set.of(NEWS),
            List.of(TokenSamples.GRANT),
            Set.of(NEWS),
            ATTACHMENT),
        new Answer.Done(),
        new Answer.Unheld(List.of(new Answer.Unheld.Entry(REF, ErrorCode.LOST))),
        new Answer.Unheld.Entry(REF, ErrorCode.FENCED),
        new Answer.Page(List.of(view), "s1"),
        new Answer.Swept(1, true),
        new Answer.Reaped(1, false),
        new Answer.Renewed(1, 0, 1, null));
  }

  private static Stream<BusValue> notices() {
    return Stream.of(
        new NodeNotice.Replaced("acme", "s1", 2),
        new NodeNotice.Ended("acme", "s1", 2, "closed"),
        new NodeNotice.Disconnect("acme", "s1", "c1", "moved"),
        new NodeNotice.Subscribed("acme", "s1", ChannelName.TENANT, new Position("E1", 1)),
        new NodeNotice.Unsubscribed("acme", "s1", ChannelName.TENANT));
  }
}
