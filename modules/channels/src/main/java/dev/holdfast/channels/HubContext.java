package dev.holdfast.channels;

import dev.holdfast.core.NodeId;
import io.vertx.core.Vertx;

/** What the channels of one hub share. */
record HubContext(
    Vertx vertx,
    NodeId node,
    ChannelsConfig config,
    ChannelStore store,
    LogReader reader,
    ChannelsMetrics metrics) {}
