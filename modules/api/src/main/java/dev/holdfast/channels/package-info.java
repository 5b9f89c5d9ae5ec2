/**
 * The contract of channels: {@link dev.holdfast.channels.ChannelMessage}s and their answers. A
 * service publishes by {@link dev.holdfast.channels.ServicePublisher} and reads by {@link
 * dev.holdfast.channels.ChannelConsumer}.
 */
@NullMarked
package dev.holdfast.channels;

import org.jspecify.annotations.NullMarked;
