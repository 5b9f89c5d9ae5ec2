package dev.holdfast.gateway.connection;

import dev.holdfast.channels.fanout.Fanout;
import dev.holdfast.core.bus.Bus;
import dev.holdfast.core.bus.ServiceClient;
import dev.holdfast.gateway.attachment.Attachments;
import dev.holdfast.gateway.config.GatewayConfig;
import dev.holdfast.gateway.connection.pace.Pace;
import dev.holdfast.gateway.session.ChannelOrder;
import dev.holdfast.gateway.session.ChannelTokens;
import dev.holdfast.gateway.session.ClientLink;
import dev.holdfast.gateway.session.ClientSession;
import dev.holdfast.gateway.session.Publishing;
import dev.holdfast.gateway.session.Requests;
import dev.holdfast.gateway.subscription.Opening;
import dev.holdfast.gateway.subscription.OwnChannels;
import dev.holdfast.gateway.subscription.Readings;
import dev.holdfast.gateway.subscription.RunReadings;
import dev.holdfast.gateway.subscription.SubscribeRequests;
import dev.holdfast.gateway.subscription.SubscriptionRecord;
import dev.holdfast.gateway.subscription.Subscriptions;
import dev.holdfast.limits.Limiter;
import io.vertx.core.Context;

/** Makes the parts of sessions on one event loop, each with only the parts that it uses. */
public final class SessionWiring {
  private final Context context;
  private final Bus bus;
  private final ServiceClient sessions;
  private final ServiceClient channels;
  private final Fanout fanout;
  private final Limiter limiter;
  private final GatewayMetrics metrics;
  private final Pace.Rates rates;
  private final Attachments attachments;

  public SessionWiring(
      Context context,
      ServiceClient sessions,
      ServiceClient channels,
      Fanout fanout,
      Limiter limiter,
      GatewayMetrics metrics,
      GatewayConfig config,
      Attachments attachments) {
    this.context = context;
    this.bus = new Bus(context.owner());
    this.sessions = sessions;
    this.channels = channels;
    this.fanout = fanout;
    this.limiter = limiter;
    this.metrics = metrics;
    this.rates = new Pace.Rates(limiter, config.publishRate(), config.slowLimit());
    this.attachments = attachments;
  }

  Attachments attachments() {
    return attachments;
  }

  GatewayMetrics metrics() {
    return metrics;
  }

  ServiceClient sessions() {
    return sessions;
  }

  Fanout fanout() {
    return fanout;
  }

  Pace pace(ClientSession session, ClientLink client, Pace.Brake brake) {
    return new Pace(context.owner(), session.caller(), client, brake, rates, metrics::held);
  }

  Readings readings(ClientSession session, ClientLink client) {
    return new Readings(session, client, limiter, context);
  }

  OwnChannels ownChannels(ClientSink sink) {
    return new OwnChannels(fanout, sink);
  }

  /**
   * @param sink takes the frames that are read
   */
  Opening opening(ClientSession session, ClientLink client, ClientSink sink, Readings readings) {
    return new Opening(
        context.owner(),
        session,
        client,
        readings,
        new SubscriptionRecord(sessions, session.ref(), readings::isClosed),
        (channel, start) -> fanout.open(channel, start, sink));
  }

  /**
   * @param sink takes the frames that are read
   */
  RunReadings runs(ClientSession session, ClientSink sink) {
    return new RunReadings(context.owner(), session, sink, channels);
  }

  Subscriptions subscriptions(
      ClientSession session,
      ClientLink client,
      ChannelOrder order,
      Readings readings,
      Opening opening,
      RunReadings runs) {
    return new Subscriptions(session, client, order, readings, opening, runs);
  }

  SubscribeRequests subscribing(
      ClientSession session,
      ClientLink client,
      ChannelOrder order,
      ChannelTokens tokens,
      Opening opening,
      RunReadings runs) {
    return new SubscribeRequests(session, client, order, tokens, opening, runs);
  }

  Publishing publishing(ClientSession session, ClientLink client, ChannelOrder order) {
    return new Publishing(session, client, order, sessions, channels);
  }

  ChannelTokens tokens(ClientSession session, ClientLink client, ChannelTokens.Checks checks) {
    return new ChannelTokens(session, client, sessions, checks);
  }

  Requests requests(ClientSession session, ClientLink client) {
    return new Requests(session, client, bus, limiter);
  }
}
