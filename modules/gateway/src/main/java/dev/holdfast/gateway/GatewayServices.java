package dev.holdfast.gateway;

import dev.holdfast.auth.TokenVerifier;
import dev.holdfast.channels.fanout.Fanout;
import dev.holdfast.core.NodeId;
import dev.holdfast.core.bus.ServiceClient;
import dev.holdfast.gateway.admission.Admission;
import dev.holdfast.gateway.attachment.ConnectionDirectory;
import dev.holdfast.limits.Limiter;
import dev.holdfast.limits.NodeMemory;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Context;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/**
 * Parts of a node that all its gateways use.
 *
 * @param sessions asks this process's own instance
 * @param channels asks this process's own instance
 * @param fanouts makes the fan-out of an event loop
 * @param admission counts the clients that are let in
 * @param accepting whether the node holds its lease and reaches Redis; if not, a hello is refused
 *     with a code that lets the client try again
 * @param limiter limits tenants and users over the cluster
 * @param memory the memory of this node that clients fill
 */
public record GatewayServices(
    NodeId node,
    TokenVerifier tokens,
    ServiceClient sessions,
    ServiceClient channels,
    Function<Context, Fanout> fanouts,
    ConnectionDirectory directory,
    PrometheusMeterRegistry registry,
    HealthChecks health,
    Admission admission,
    BooleanSupplier accepting,
    Limiter limiter,
    NodeMemory memory) {
  public GatewayServices {
    Objects.requireNonNull(node, "node");
    Objects.requireNonNull(tokens, "tokens");
    Objects.requireNonNull(sessions, "sessions");
    Objects.requireNonNull(channels, "channels");
    Objects.requireNonNull(fanouts, "fanouts");
    Objects.requireNonNull(directory, "directory");
    Objects.requireNonNull(registry, "registry");
    Objects.requireNonNull(health, "health");
    Objects.requireNonNull(admission, "admission");
    Objects.requireNonNull(accepting, "accepting");
    Objects.requireNonNull(limiter, "limiter");
    Objects.requireNonNull(memory, "memory");
  }
}
