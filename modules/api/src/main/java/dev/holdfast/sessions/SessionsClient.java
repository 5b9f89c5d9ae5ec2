package dev.holdfast.sessions;

import dev.holdfast.core.BusMessage;
import dev.holdfast.core.bus.Bus;
import io.vertx.core.Future;
import java.time.Duration;

/**
 * The sessions service, from anywhere in the cluster. Safe on any thread.
 *
 * <p>Every request is safe to send again, but {@code Create}, which makes another session, and
 * {@code SetAttributes}, which then answers CONFLICT. Failures are {@link
 * dev.holdfast.core.HoldfastException}s: UNAVAILABLE and TIMEOUT leave the outcome unknown; they
 * are never told as "no such session".
 *
 * <p>An attach whose answer is lost takes itself back, as long as the service is told nothing else
 * of that connection. Its steps take up to 8 s when Redis is slow: give attaches 10 s.
 */
public final class SessionsClient {
  private final Bus bus;
  private final Duration timeout;
  private final boolean local;

  /** Asks any node. */
  public SessionsClient(Bus bus, Duration timeout) {
    this(bus, timeout, false);
  }

  private SessionsClient(Bus bus, Duration timeout, boolean local) {
    this.bus = bus;
    this.timeout = timeout;
    this.local = local;
  }

  /**
   * Asks this process's own instance, which handles requests of one sender for one session in the
   * order sent. For whoever attaches connections: attach and detach of a node must go through that
   * node's own instance.
   */
  public static SessionsClient local(Bus bus, Duration timeout) {
    return new SessionsClient(bus, timeout, true);
  }

  public Future<Attached> attach(SessionMessage.Attach message) {
    return ask(message);
  }

  public Future<Answer.Done> detach(SessionMessage.Detach message) {
    return ask(message);
  }

  public Future<Answer.Unheld> storeCursors(SessionMessage.StoreCursors message) {
    return ask(message);
  }

  public Future<Answer.Done> subscribe(SessionMessage.Subscribe message) {
    return ask(message);
  }

  public Future<Answer.Done> unsubscribe(SessionMessage.Unsubscribe message) {
    return ask(message);
  }

  public Future<Answer.Done> notePublishing(SessionMessage.NotePublishing message) {
    return ask(message);
  }

  public Future<SessionView> create(SessionMessage.Create message) {
    return ask(message);
  }

  public Future<SessionView> get(SessionMessage.Get message) {
    return ask(message);
  }

  public Future<SessionView> setAttributes(SessionMessage.SetAttributes message) {
    return ask(message);
  }

  public Future<Answer.Done> touch(SessionMessage.Touch message) {
    return ask(message);
  }

  public Future<Answer.Page> list(SessionMessage.ListSessions message) {
    return ask(message);
  }

  public Future<Answer.Done> close(SessionMessage.Close message) {
    return ask(message);
  }

  public Future<Answer.Page> views(SessionMessage.Views message) {
    return ask(message);
  }

  public Future<Answer.Swept> sweep(SessionMessage.Sweep message) {
    return ask(message);
  }

  public Future<Answer.Reaped> reap(SessionMessage.Reap message) {
    return ask(message);
  }

  public Future<Answer.Renewed> renew(SessionMessage.Renew message) {
    return ask(message);
  }

  private <A> Future<A> ask(BusMessage<A> message) {
    return local
        ? bus.askLocal(SessionMessage.ADDRESS, message, timeout)
        : bus.ask(SessionMessage.ADDRESS, message, timeout);
  }
}
