package dev.holdfast.client.protocol;

/** The server said what the protocol does not know. */
final class NonsenseException extends RuntimeException {
  NonsenseException(String message) {
    super(message);
  }
}
