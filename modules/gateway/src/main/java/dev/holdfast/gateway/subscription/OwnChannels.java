package dev.holdfast.gateway.subscription;

import dev.holdfast.channels.fanout.Expected;
import dev.holdfast.channels.fanout.Fanout;
import dev.holdfast.channels.fanout.FrameSink;
import dev.holdfast.channels.fanout.Start;
import dev.holdfast.channels.fanout.Subscription;
import dev.holdfast.core.Caller;
import dev.holdfast.core.Channel;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.Ids;
import dev.holdfast.core.Position;
import dev.holdfast.sessions.Attached;
import dev.holdfast.sessions.NewSession;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The three channels of a session that is about to be made. They are opened before the attach,
 * which then stores the first cursors with the session; otherwise each connect would have to ask
 * for them, and to store them, once more. They are held open until the session reads them. Confined
 * to the event loop.
 */
public final class OwnChannels {
  /** After that the session goes on without, and stores the cursors once it has them. */
  private static final long WITHIN_MS = 2_000;

  private final Fanout fanout;
  private final FrameSink sink;
  private final String session = Ids.fresh();
  private final List<Subscription> held = new ArrayList<>(2);
  private final Map<ChannelName, Position> cursors = new HashMap<>();
  private @Nullable Expected expected;
  private boolean closed;

  /**
   * @param sink of the connection; it gets nothing here
   */
  public OwnChannels(Fanout fanout, FrameSink sink) {
    this.fanout = fanout;
    this.sink = sink;
  }

  /** Opens the channels; completes with what is known in time, and never fails. */
  public Future<NewSession> open(Caller.User caller) {
    expected = fanout.expect(new Channel(caller.tenant(), ChannelName.session(session)));
    Future<?> tenant = open(caller.tenant(), ChannelName.TENANT);
    Future<?> user = open(caller.tenant(), ChannelName.user(caller.user()));
    return Future.join(tenant, user)
        .transform(done -> Future.succeededFuture(new NewSession(session, cursors)));
  }

  /** Ends on the event loop, also when it is late: what joins futures would have no context. */
  private Future<?> open(String tenant, ChannelName name) {
    return fanout
        .open(new Channel(tenant, name), Start.latest(), sink)
        .onSuccess(opened -> opened(name, opened))
        .timeout(WITHIN_MS, TimeUnit.MILLISECONDS);
  }

  private void opened(ChannelName name, Subscription opened) {
    if (closed) {
      opened.close();
    } else {
      held.add(opened);
      cursors.put(name, opened.position());
    }
  }

  /** Goes on at the position at which the session begins, if it is the expected one. */
  public void attached(Attached attached) {
    Position begin = attached.subscriptions().get(ChannelName.session(session));
    if (expected != null && begin != null && attached.session().session().equals(session)) {
      expected.began(begin);
    }
  }

  /** Lets go of the channels. */
  public void close() {
    closed = true;
    held.forEach(Subscription::close);
    held.clear();
    if (expected != null) {
      expected.close();
    }
  }
}
