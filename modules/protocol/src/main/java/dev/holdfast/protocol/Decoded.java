package dev.holdfast.protocol;

import dev.holdfast.core.HoldfastException;
import org.jspecify.annotations.Nullable;

/**
 * A client's text as it was read: a frame, or the reason why it is none.
 *
 * @param type as the client wrote it if it is one of the protocol's, otherwise {@code unknown}
 * @param id of the frame if it could be read; to be echoed in the error
 * @param frame none: it is refused
 * @param refused none: there is a frame. The message may be shown to the client
 */
public record Decoded(
    String type,
    @Nullable String id,
    @Nullable ClientFrame frame,
    @Nullable HoldfastException refused) {}
