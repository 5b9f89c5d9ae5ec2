package dev.holdfast.app.node;

import dev.holdfast.auth.TokenVerifier;
import dev.holdfast.auth.audit.AuditLog;
import dev.holdfast.auth.issuers.IssuersVerticle;
import dev.holdfast.auth.revocation.RevocationsVerticle;
import dev.holdfast.auth.tenants.TenantsVerticle;
import dev.holdfast.core.bus.Bus;
import dev.holdfast.core.bus.Seal;
import dev.holdfast.gateway.attachment.ConnectionDirectory;
import dev.holdfast.tenants.TenantGate;
import io.vertx.core.Future;
import java.util.function.Supplier;

/**
 * Whose tokens one life of a node takes: of an issuer that is trusted now, valid, not revoked, of a
 * tenant that may work; and the log of who administers.
 */
final class Trust {
  private final RevocationsVerticle revocations;
  private final TenantsVerticle tenants;
  private final IssuersVerticle issuers;
  private final TokenVerifier verifier;
  private final AuditLog audit;
  private final Bus bus;

  /**
   * @param node gives the name that this node has now; any thread
   */
  Trust(NodeParts parts, Supplier<String> node) {
    var registry = parts.meters().registry();
    var config = parts.config();
    this.revocations =
        new RevocationsVerticle(parts.bus(), parts.redis(), parts.trusted(), registry);
    this.tenants =
        new TenantsVerticle(
            parts.bus(),
            parts.redis(),
            config.tenants(),
            config.gateway().operatorTenant(),
            registry);
    this.bus = parts.bus();
    this.audit = new AuditLog(bus, node, config.gateway().operatorTenant(), registry);
    TokenVerifier valid = parts.verifier();
    this.issuers =
        new IssuersVerticle(
            parts.bus(),
            parts.redis(),
            valid.issuers(),
            config.gateway().operatorTenant(),
            registry);
    this.verifier = valid.refusing(revocations::has).admitting(tenants);
  }

  /** Notes who administers from now on: before any service of this life, in place of one before. */
  void witness() {
    bus.witnessedBy(audit);
  }

  /** Completes when all that says who is trusted is known; then accounts may speak on the bus. */
  Future<?> deploy(Deployments deployments) {
    return deployments
        .deploy(revocations)
        .compose(done -> deployments.deploy(tenants))
        .compose(done -> deployments.deploy(issuers))
        .onSuccess(done -> Seal.of(bus.vertx()).refusing(Accounts.revoked(verifier)));
  }

  /** Closes the connections of those who are refused from some time on. */
  void closesAt(ConnectionDirectory directory) {
    revocations.onMore(() -> directory.closeRefused(verifier::refusal));
    tenants.onChanged(() -> directory.closeRefused(verifier::refusal));
    issuers.onChanged(() -> directory.closeRefused(verifier::refusal));
  }

  TokenVerifier verifier() {
    return verifier;
  }

  AuditLog audit() {
    return audit;
  }

  TenantGate tenants() {
    return tenants;
  }

  /** Returns whether somebody may be let in by what is known. */
  boolean isCurrent() {
    return knowsRevocations() && knowsTenants() && knowsIssuers();
  }

  boolean knowsRevocations() {
    return revocations.isCurrent();
  }

  boolean knowsTenants() {
    return tenants.isCurrent();
  }

  boolean knowsIssuers() {
    return issuers.isCurrent();
  }
}
