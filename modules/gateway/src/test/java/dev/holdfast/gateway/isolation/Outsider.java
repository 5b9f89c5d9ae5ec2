package dev.holdfast.gateway.isolation;

import dev.holdfast.auth.TokenSigner;
import dev.holdfast.core.Caller;
import dev.holdfast.core.Ids;
import dev.holdfast.gateway.http.HttpFixture;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Somebody to whom the owner's things must not exist.
 *
 * @param tenant none of the owner's, or the owner's
 * @param names by which the store knows only this one
 */
record Outsider(String tenant, String user, String token, List<String> names) {
  private static final String[] EVERYTHING =
      Stream.concat(
              Stream.of(HttpFixture.ALL),
              Stream.of("run:*", "runs:*", "threads:*", "agents:*", "work:*", "files:*"))
          .toArray(String[]::new);

  /** Who tries. Each try is of a fresh tenant, or of a fresh user. */
  enum Kind {
    USER_OF_ANOTHER_TENANT,
    /** Has the owner's name, in another tenant. */
    NAMESAKE,
    SERVICE_OF_ANOTHER_TENANT,
    ANOTHER_USER,
    SERVICE_WITHOUT_PERMISSION,
    WORKER_OF_ANOTHER_AGENT,
    WITH_REVOKED_TOKEN,
    WITH_EXPIRED_TOKEN,
    OF_SUSPENDED_TENANT;

    /** Returns whether the token itself is refused. */
    boolean isEnded() {
      return ordinal() >= WITH_REVOKED_TOKEN.ordinal();
    }

    /** Returns whether the outsider is of this kind, one whose token is refused. */
    boolean isOf(Outsider outsider, Tokens ended) {
      return switch (this) {
        case WITH_REVOKED_TOKEN -> outsider.token.equals(ended.revoked());
        case WITH_EXPIRED_TOKEN -> outsider.token.equals(ended.expired());
        default -> outsider.tenant.equals(ended.suspended());
      };
    }

    /** Returns whether a request asks for what is this one's own, by the name that both have. */
    boolean isOwn(String request) {
      return this == NAMESAKE && request.contains("$user");
    }

    Outsider of(Owner owner, Tokens ended) {
      String b = "b" + Ids.fresh();
      String user = "v" + Ids.fresh();
      return switch (this) {
        case USER_OF_ANOTHER_TENANT -> other(b, user, "*");
        case NAMESAKE -> other(b, owner.user, "*");
        case SERVICE_OF_ANOTHER_TENANT -> other(b, user, EVERYTHING);
        case ANOTHER_USER ->
            same(owner, user, "create:file", "run:*", "request:none", "request:runs");
        case SERVICE_WITHOUT_PERMISSION -> same(owner, user, "service:poor");
        case WORKER_OF_ANOTHER_AGENT -> same(owner, user, "service:worker", "work:other");
        case WITH_REVOKED_TOKEN -> new Outsider(owner.tenant, user, ended.revoked(), List.of(user));
        case OF_SUSPENDED_TENANT -> other(ended.suspended(), user, EVERYTHING);
        case WITH_EXPIRED_TOKEN -> new Outsider(owner.tenant, user, ended.expired(), List.of(user));
      };
    }

    /** The same with a token that ends soon. */
    Outsider briefly(Owner owner, Tokens ended, Duration life) {
      Outsider one = of(owner, ended);
      Set<String> may = this == ANOTHER_USER ? Set.of("request:none", "request:runs") : Set.of("*");
      var caller = new Caller.User(one.tenant, one.user, Set.of(), may);
      String token = new TokenSigner(HttpFixture.SECRET, HttpFixture.AUTH).sign(caller, life);
      return new Outsider(one.tenant, one.user, token, one.names);
    }

    private static Outsider other(String tenant, String user, String... permissions) {
      String token = HttpFixture.tokenOf(tenant, user, permissions);
      return new Outsider(tenant, user, token, List.of(tenant));
    }

    private static Outsider same(Owner owner, String user, String... permissions) {
      String token = HttpFixture.tokenOf(owner.tenant, user, permissions);
      return new Outsider(owner.tenant, user, token, List.of(user));
    }
  }

  /**
   * Tokens of the owner that are no longer valid.
   *
   * @param suspended another tenant, whose tokens are refused
   */
  record Tokens(String revoked, String expired, String suspended) {}
}
