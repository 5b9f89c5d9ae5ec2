package dev.holdfast.channels;

import dev.holdfast.core.Budget;
import dev.holdfast.core.NodeId;
import io.vertx.core.Vertx;
import java.util.function.Consumer;

/**
 * What the channels of one hub share.
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
