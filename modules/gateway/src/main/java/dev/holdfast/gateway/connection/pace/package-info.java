/**
 * How fast clients are served: {@code Pace} takes the frames of one connection, {@code HelloTurns}
 * the hellos of one event loop.
 */
@NullMarked
package dev.holdfast.gateway.connection.pace;

import org.jspecify.annotations.NullMarked;
