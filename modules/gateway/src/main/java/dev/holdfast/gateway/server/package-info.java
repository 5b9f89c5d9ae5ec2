/**
 * TCP connections before anything is asked: {@code Entrance} counts them at the door, {@code
 * Arrivals} takes them in or refuses them; {@code RequestTimeouts} ends those that keep the node
 * waiting, {@code StrictRequestDecoder} those that say two things at once. {@code IdentityWatch} is
 * the certificate.
 */
@NullMarked
package dev.holdfast.gateway.server;

import org.jspecify.annotations.NullMarked;
