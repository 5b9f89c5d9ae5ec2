/**
 * What the client of an attached session asks besides its subscriptions: {@code Publishing} and
 * {@code Requests}, in the order that {@code ChannelOrder} keeps per channel. {@code ClientSession}
 * is whose session it is, {@code ClientLink} the way back: nothing here knows more of a connection.
 */
package dev.holdfast.gateway.session;
