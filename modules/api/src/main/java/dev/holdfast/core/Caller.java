package dev.holdfast.core;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.Set;

/**
 * The one who asks, on every bus message that acts for someone. A permission reads {@code
 * verb:target}, the target may end in {@code *}: {@code subscribe:topic:news}, {@code
 * publish:topic:*}, {@code request:billing}; for channels it may be a pattern, {@code
 * subscribe:topic:users/{user}/*}. {@code *} alone is every permission within the tenant; those of
 * operators are held by their whole names only.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
  @JsonSubTypes.Type(value = Caller.User.class, name = "user"),
  @JsonSubTypes.Type(value = Caller.Service.class, name = "service")
})
public sealed interface Caller extends BusValue {
  Set<String> permissions();

  /** Returns whether anything of this tenant may be addressed at all. */
  boolean actsFor(String tenant);

  /**
   * A user of one tenant, from a verified token.
   *
   * @param roles names that the tenant's application gives meaning to
   */
  record User(String tenant, String user, Set<String> roles, Set<String> permissions)
      implements Caller {
    public User {
      Names.tenant(tenant);
      Names.user(user);
      roles = Set.copyOf(roles);
      permissions = Set.copyOf(permissions);
    }

    @Override
    public boolean actsFor(String other) {
      return tenant.equals(other);
    }
  }

  /**
   * One instance of an internal service. Members of the bus are trusted to say who they are.
   *
   * @param tenants the tenants that it may act for; {@code *} is all
   */
  record Service(String name, String instance, Set<String> tenants, Set<String> permissions)
      implements Caller {
    public Service {
      Names.id(name, "service");
      Names.id(instance, "instance");
      tenants = Set.copyOf(tenants);
      permissions = Set.copyOf(permissions);
    }

    @Override
    public boolean actsFor(String tenant) {
      return tenants.contains("*") || tenants.contains(tenant);
    }
  }

  /** Returns whether one of the permissions covers {@code verb:target}. */
  default boolean permits(String verb, String target) {
    String wanted = verb + ":" + target;
    if (permissions().contains(wanted)) {
      return true;
    }
    if (Permissions.isOperators(verb)) {
      return false;
    }
    for (String held : permissions()) {
      boolean covers =
          PermissionPattern.is(held)
              ? PermissionPattern.covers(held, wanted, this)
              : covers(held, wanted);
      if (covers) {
        return true;
      }
    }
    return false;
  }

  private static boolean covers(String held, String wanted) {
    int end = held.length() - 1;
    boolean wide = held.endsWith("*") && (end == 0 || held.indexOf(':') != -1);
    return wide && wanted.regionMatches(0, held, 0, end);
  }
}
