/**
 * Ordered logs of publications in Redis ({@code ChannelStore}, {@code ConsumerStore}), and what a
 * node reads of them: {@code LogReader} shares reads, {@code Ring} keeps the newest frames.
 */
@NullMarked
package dev.holdfast.channels.log;

import org.jspecify.annotations.NullMarked;
