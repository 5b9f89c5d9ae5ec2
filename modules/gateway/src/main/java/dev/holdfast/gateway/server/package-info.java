/**
 * TCP connections before any request: {@code Entrance} counts them at the door, {@code Arrivals}
 * takes them in or refuses them; {@code RequestTimeouts} ends those that keep the node waiting,
 * {@code StrictRequestDecoder} refuses ambiguous requests. {@code IdentityWatch} is the
 * certificate.
 */
@NullMarked
package dev.holdfast.gateway.server;

import org.jspecify.annotations.NullMarked;
