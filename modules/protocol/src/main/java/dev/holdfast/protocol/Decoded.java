package dev.holdfast.protocol;

import dev.holdfast.core.HoldfastException;

/**
 * What became of a client's text: a frame, or why it is none.
 *
 * @param type as the client wrote it where it is one of the protocol's, otherwise {@code unknown}
 * @param id of the frame where it could be read, or null; to be echoed in the error
 * @param frame null where refused
 * @param refused null where there is a frame; its message may be shown to the client
 */
public record Decoded(String type, String id, ClientFrame frame, HoldfastException refused) {}
