package dev.holdfast.core;

import java.util.Objects;

/**
 * A service's answer to a {@link ServiceRequest}.
 *
 * @param data one valid JSON value; it is passed to the user as it is
 */
public record ServiceReply(String data) implements BusValue {
  public ServiceReply {
    Objects.requireNonNull(data, "data");
  }

  @Override
  public int answerBytes() {
    return data.length();
  }
}
