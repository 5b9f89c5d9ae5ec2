/** The wire protocol {@code holdfast.v1}: frames, their encoding and decoding, close codes. */
package dev.holdfast.protocol;
