package dev.holdfast.channels.fanout;

import dev.holdfast.channels.log.ChannelStore;
import dev.holdfast.channels.log.ChannelsConfig;
import dev.holdfast.channels.log.ChannelsMetrics;
import dev.holdfast.channels.log.LogReader;
import dev.holdfast.channels.log.Rings;
import dev.holdfast.core.NodeId;
import dev.holdfast.core.bounds.Budget;
import io.vertx.core.Vertx;
import java.util.function.Consumer;

/**
 * Parts that the channels of one hub share.
 *
 * @param recheck asks for a check of a channel, as soon as checks may go on
 */
record HubContext(
    Vertx vertx,
    NodeId node,
    ChannelsConfig config,
    ChannelStore store,
    LogReader reader,
    ChannelsMetrics metrics,
    Rings rings,
    Budget.Share held,
    Consumer<HubChannel> recheck) {}
