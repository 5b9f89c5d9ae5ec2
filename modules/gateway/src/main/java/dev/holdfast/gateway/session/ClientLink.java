package dev.holdfast.gateway.session;

import dev.holdfast.core.HoldfastException;
import dev.holdfast.protocol.EncodedFrame;
import org.jspecify.annotations.Nullable;

/**
 * The link to one client: all that the parts of a session know of their connection. Confined to the
 * event loop.
 */
public interface ClientLink {
  /** Sends a frame behind those before it. */
  void send(EncodedFrame frame);

  /**
   * Sends an error. If it means that the connection no longer holds its session, the connection
   * ends.
   *
   * @param id of the frame that is refused; none if no frame is to blame, or its id is not known
   * @param retryAfter in ms; 0: the default of the code
   * @param expected the next number; 0: none
   */
  void refuse(@Nullable String id, HoldfastException failure, long retryAfter, long expected);

  /** Sends an error that does not concern this session, for example a service's. */
  void report(@Nullable String id, HoldfastException failure);

  /** Closes with the code that the failure stands for. */
  void fail(Throwable failure);

  /** Sends the error of any failure. */
  default void refuse(@Nullable String id, Throwable failure) {
    refuse(id, HoldfastException.from(failure), 0, 0);
  }
}
