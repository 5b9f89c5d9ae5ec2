package dev.holdfast.gateway.http;

import dev.holdfast.auth.ServiceAccount;
import dev.holdfast.auth.Verified;
import dev.holdfast.auth.audit.AuditLog;
import dev.holdfast.auth.audit.Deed;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Gives services credentials for the bus, in exchange for a token of a configured issuer. */
public final class Credentials {
  static final String OPERATION = "issueCredentials";

  private final @Nullable Function<Verified, String> make;
  private final @Nullable AuditLog audit;

  private Credentials(@Nullable Function<Verified, String> make, @Nullable AuditLog audit) {
    this.make = make;
    this.audit = audit;
  }

  /**
   * @param make makes them; none: the bus of this node has no secret
   * @param audit none: it is not noted
   */
  public static Map<String, Function<ApiRequest, Future<ApiResponse>>> operations(
      @Nullable Function<Verified, String> make, @Nullable AuditLog audit) {
    return Map.of(OPERATION, new Credentials(make, audit)::issue);
  }

  private Future<ApiResponse> issue(ApiRequest request) {
    Verified token = request.token();
    ServiceAccount account = token.account();
    if (account == null || token.issuerBorn() != 0) {
      throw forbidden("for services that the configuration of the nodes names (auth.issuers)");
    }
    if (token.expiresAt() == 0) {
      throw forbidden("token: exp is missing");
    }
    if (make == null) {
      throw forbidden("the bus of this node has no secret, by which credentials could be made");
    }
    var json =
        new JsonObject()
            .put("service", account.service())
            .put("tenants", new JsonArray(account.tenants().stream().sorted().toList()))
            .put("until", token.expiresAt());
    // Keys and signatures take some ms, for which an event loop is not held.
    Future<ApiResponse> issued =
        request
            .vertx()
            .executeBlocking(() -> make.apply(token), false)
            .map(line -> ApiResponse.json(json.put("credentials", line)));
    var target = new JsonObject().put("service", account.service());
    Deed deed = Deed.of("credentials.issue", request.tenant, target);
    // A service stays on the bus, also while its tenant's log takes nothing.
    return Administered.did(audit, request, deed, issued).recover(notNoted -> issued);
  }

  private static HoldfastException forbidden(String why) {
    return HoldfastException.withPublicMessage(ErrorCode.FORBIDDEN, why);
  }
}
