package dev.holdfast.testkit.client;

import dev.holdfast.core.Position;

/**
 * The answer to a publication.
 *
 * @param position null for a volatile one, and for a duplicate whose place is not known any more
 * @param duplicate whether it had been stored before
 */
public record Published(Position position, boolean duplicate) {}
