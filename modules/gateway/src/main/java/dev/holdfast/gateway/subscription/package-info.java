/**
 * The channels that one client reads. {@code Reading} is one channel of it, {@code Readings} all of
 * them; {@code Opening} places and begins them, a few at a time; {@code SubscribeRequests} is what
 * the client asks, {@code Subscriptions} what the attach and services bring; {@code
 * SubscriptionRecord} is what the session's record says.
 */
@NullMarked
package dev.holdfast.gateway.subscription;

import org.jspecify.annotations.NullMarked;
