package dev.holdfast.core;

import java.util.Objects;

/**
 * A user's request to an internal service, sent to the address {@link #address}. It dies with the
 * connection that it came by: nobody may be left to take the answer.
 *
 * @param session that asks
 * @param method 1 to 128 letters, digits and {@code . _ : / -}
 * @param data one JSON value, as the user wrote it
 */
public record ServiceRequest(Caller caller, String session, String method, String data)
    implements BusMessage<ServiceReply> {
  public ServiceRequest {
    Objects.requireNonNull(caller, "caller");
    Names.event(method);
    Objects.requireNonNull(data, "data");
  }

  /** Returns the address of a service on the event bus. */
  public static String address(String service) {
    return "services." + Names.id(service, "service");
  }
}
