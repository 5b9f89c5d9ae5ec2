package dev.holdfast.gateway.session;

import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.JsonText;
import dev.holdfast.core.ServiceReply;
import dev.holdfast.core.ServiceRequest;
import dev.holdfast.core.bus.Bus;
import dev.holdfast.limits.Cost;
import dev.holdfast.limits.Limiter;
import dev.holdfast.protocol.ClientFrame;
import dev.holdfast.protocol.ServerFrames;
import java.time.Duration;

/**
 * Requests of one connection to internal services. A request ends with its connection: a later
 * answer is dropped. Confined to the event loop.
 */
public final class Requests {
  private static final int MAX_UNANSWERED = 64;

  private final ClientSession session;
  private final ClientLink client;
  private final Bus bus;
  private final Limiter limiter;
  private int unanswered;

  /**
   * @param limiter counts large answers as more requests
   */
  public Requests(ClientSession session, ClientLink client, Bus bus, Limiter limiter) {
    this.session = session;
    this.client = client;
    this.bus = bus;
    this.limiter = limiter;
  }

  public void request(ClientFrame.Request frame) {
    if (!session.caller().permits("request", frame.service())) {
      String needed = "needs request:" + frame.service();
      client.refuse(frame.id(), HoldfastException.withPublicMessage(ErrorCode.FORBIDDEN, needed));
    } else if (unanswered >= MAX_UNANSWERED) {
      refuse(frame, ErrorCode.RATE_LIMITED);
    } else {
      send(frame);
    }
  }

  private void send(ClientFrame.Request frame) {
    unanswered++;
    String asker = session.ref().session();
    var request = new ServiceRequest(session.caller(), asker, frame.method(), frame.data());
    bus.askService(frame.service(), request, Duration.ofMillis(frame.timeout()))
        .onComplete(answered -> unanswered--)
        .onSuccess(reply -> answer(frame, reply))
        .onFailure(failure -> client.report(frame.id(), HoldfastException.from(failure)));
  }

  /**
   * Answers a request. An answer that is not one JSON value would break the frame, and so the
   * connection. A large one counts as more requests, as over HTTP: the next frame waits for it.
   */
  private void answer(ClientFrame.Request frame, ServiceReply reply) {
    limiter.charge(session.tenant(), session.user(), Cost.answer(reply.data().length()));
    if (JsonText.isValue(reply.data())) {
      client.send(ServerFrames.reply(frame.id(), reply.data()));
    } else {
      refuse(frame, ErrorCode.INTERNAL);
    }
  }

  private void refuse(ClientFrame.Request frame, ErrorCode code) {
    client.refuse(frame.id(), new HoldfastException(code, frame.service()));
  }
}
