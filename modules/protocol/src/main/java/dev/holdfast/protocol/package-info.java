/**
 * The wire protocol {@code holdfast.v1}; the contract is this module's README. What clients say:
 * FrameDecoder makes ClientFrame of text. What servers say: ServerFrames makes EncodedFrame, once
 * for any number of sockets. CloseCode is the table of close codes.
 */
@NullMarked
package dev.holdfast.protocol;

import org.jspecify.annotations.NullMarked;
