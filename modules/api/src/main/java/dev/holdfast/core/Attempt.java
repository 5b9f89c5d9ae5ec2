package dev.holdfast.core;

/**
 * One of a client's attempts to connect. An attempt that the client has given up may be read much
 * later, by a node that was paused meanwhile. Its number shows that it is older than the one that
 * holds the session now, so it can't replace it.
 *
 * @param instance of the client: a fresh identifier of each page or process
 * @param number rises with each attempt of the instance, 1 to 2^53 − 1
 */
public record Attempt(String instance, long number) implements BusValue {
  public Attempt {
    Names.id(instance, "instance");
    if (number < 1 || number > Position.MAX_SEQ) {
      throw HoldfastException.withPublicMessage(ErrorCode.BAD_REQUEST, "attempt: 1 to 2^53-1");
    }
  }
}
