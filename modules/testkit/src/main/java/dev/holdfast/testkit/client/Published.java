package dev.holdfast.testkit.client;

import dev.holdfast.core.Position;
import org.jspecify.annotations.Nullable;

/**
 * The answer to a publication.
 *
 * @param position none: it is volatile, or a duplicate whose place is not known any more
 * @param duplicate whether it had been stored before
 */
public record Published(@Nullable Position position, boolean duplicate) {}
