package dev.holdfast.auth.tenants;

/**
 * Which tenants are admitted.
 *
 * @param closed whether only those that an operator created are admitted; false: any tenant that a
 *     valid token names
 */
public record TenantsConfig(boolean closed) {
  public static final TenantsConfig DEFAULTS = new TenantsConfig(false);
}
