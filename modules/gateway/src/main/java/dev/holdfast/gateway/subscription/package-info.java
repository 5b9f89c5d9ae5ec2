/**
 * The channels that one client reads. {@code Reading} is one channel of it, {@code Readings} all of
 * them; {@code Opening} places and begins them, a few at a time; {@code SubscribeRequests} takes
 * the client's requests, {@code HelloSubscriptions} what its hello names, {@code RunReadings} knows
 * how runs are read, {@code Subscriptions} takes those of the attach and of services; {@code
 * SubscriptionRecord} changes the session's record.
 */
@NullMarked
package dev.holdfast.gateway.subscription;

import org.jspecify.annotations.NullMarked;
