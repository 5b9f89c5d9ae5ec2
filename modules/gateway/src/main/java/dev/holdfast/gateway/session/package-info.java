/**
 * Requests of an attached session's client besides its subscriptions: {@code Publishing} and {@code
 * Requests}, in the order that {@code ChannelOrder} keeps per channel. {@code ClientSession} is the
 * session with its user. {@code ClientLink} is the way back: nothing here knows more of a
 * connection.
 */
@NullMarked
package dev.holdfast.gateway.session;

import org.jspecify.annotations.NullMarked;
