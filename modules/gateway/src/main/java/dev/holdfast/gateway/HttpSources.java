package dev.holdfast.gateway;

import dev.holdfast.auth.Verified;
import dev.holdfast.auth.audit.AuditLog;
import dev.holdfast.core.bus.ServiceClient;
import dev.holdfast.files.transfer.Transfers;
import dev.holdfast.gateway.page.Development;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Sources of the HTTP API besides those that the gateways have anyway.
 *
 * @param config the configuration in force, one JSON object without secrets; safe on any thread
 * @param files none if this node serves no files
 * @param audit none: what is administered is not noted
 * @param development signs in users of the page at the root; none outside of development
 * @param credentials makes credentials for the bus of a service's token; none: it has no secret
 */
public record HttpSources(
    ServiceClient connections,
    ServiceClient usage,
    Supplier<String> config,
    @Nullable Transfers files,
    @Nullable AuditLog audit,
    @Nullable Development development,
    @Nullable Function<Verified, String> credentials) {
  public HttpSources {
    Objects.requireNonNull(connections, "connections");
    Objects.requireNonNull(usage, "usage");
    Objects.requireNonNull(config, "config");
  }

  /** Makes the sources of a node that serves no files. */
  public HttpSources(ServiceClient connections, ServiceClient usage, Supplier<String> config) {
    this(connections, usage, config, null, null, null, null);
  }
}
