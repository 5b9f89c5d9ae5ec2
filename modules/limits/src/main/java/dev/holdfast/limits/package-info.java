/**
 * Limits per tenant and user over the whole cluster. {@link dev.holdfast.limits.Limiter} answers at
 * once whether something may go now. It uses tokens and places that {@link
 * dev.holdfast.limits.LimitsVerticle} takes from Redis ahead of need. {@link
 * dev.holdfast.limits.Limit} names the limits, {@link dev.holdfast.limits.Limits} holds a tenant's
 * amounts.
 */
@NullMarked
package dev.holdfast.limits;

import org.jspecify.annotations.NullMarked;
