package dev.holdfast.core;

import java.util.Objects;

/** A channel's full address: nothing is addressable without its tenant. */
public record Channel(String tenant, ChannelName name) implements BusValue {
  public Channel {
    Names.tenant(tenant);
    Objects.requireNonNull(name, "name");
  }

  @Override
  public String toString() {
    return tenant + "/" + name;
  }
}
