package dev.holdfast.client.protocol;

/** A frame of the server breaks the protocol. */
final class NonsenseException extends RuntimeException {
  NonsenseException(String message) {
    super(message);
  }
}
