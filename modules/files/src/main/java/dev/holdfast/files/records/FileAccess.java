package dev.holdfast.files.records;

import dev.holdfast.core.Caller;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The one place that decides whose files a caller may see and change: a user its own, a service
 * those of its tenants. What is not the caller's is answered exactly as what never was.
 */
public final class FileAccess {
  private FileAccess() {}

  public static HoldfastException notFound() {
    return new HoldfastException(ErrorCode.NOT_FOUND, "file: there is none");
  }

  /** Returns whether the caller may ask for anything of the tenant. */
  static boolean entersTenant(Caller caller, String tenant) {
    return caller.actsFor(tenant);
  }

  /**
   * Returns the file, if it is the caller's.
   *
   * @throws HoldfastException NOT_FOUND otherwise, and if there is none
   */
  public static FileRecord visible(Caller caller, String tenant, Optional<FileRecord> found) {
    FileRecord file = found.orElseThrow(FileAccess::notFound);
    if (!entersTenant(caller, tenant) || !owns(caller, file.owner())) {
      throw notFound();
    }
    return file;
  }

  /**
   * Returns whose a new file will be.
   *
   * @param owner that was asked for; none: a user who asks
   * @throws HoldfastException FORBIDDEN, whatever there is in the tenant
   */
  public static String creates(Caller caller, String tenant, @Nullable String owner) {
    boolean permitted = !(caller instanceof Caller.User) || caller.permits("create", "file");
    if (!entersTenant(caller, tenant) || !permitted) {
      throw new HoldfastException(ErrorCode.FORBIDDEN, "files: not this caller's to make");
    }
    String named = owner == null && caller instanceof Caller.User user ? user.user() : owner;
    if (named == null) {
      throw HoldfastException.withPublicMessage(ErrorCode.BAD_REQUEST, "owner: missing");
    }
    if (!owns(caller, named)) {
      throw new HoldfastException(ErrorCode.FORBIDDEN, "files: not for somebody else");
    }
    return named;
  }

  /**
   * Returns whose files may be listed.
   *
   * @param owner that was asked for; none: all that the caller may see
   * @return empty: none; a user's name; or {@code *}, everybody's
   */
  public static Optional<String> lists(Caller caller, String tenant, @Nullable String owner) {
    if (!entersTenant(caller, tenant)) {
      return Optional.empty();
    }
    if (caller instanceof Caller.User user) {
      return owner == null || owner.equals(user.user())
          ? Optional.of(user.user())
          : Optional.empty();
    }
    return Optional.of(owner == null ? "*" : owner);
  }

  /**
   * Returns the tenant, if the caller may erase it.
   *
   * @throws HoldfastException FORBIDDEN, whatever there is in the tenant
   */
  public static String erases(Caller caller, String tenant) {
    if (!entersTenant(caller, tenant) || !caller.permits("erase", "files")) {
      throw new HoldfastException(ErrorCode.FORBIDDEN, "files: not this caller's to erase");
    }
    return tenant;
  }

  /**
   * Returns the tenant, if the caller may ask what a ticket of it stands for.
   *
   * @throws HoldfastException NOT_FOUND otherwise, as for a ticket that never was
   */
  public static String redeems(Caller caller, String tenant) {
    if (caller instanceof Caller.User || !entersTenant(caller, tenant)) {
      throw notFound();
    }
    return tenant;
  }

  /**
   * Returns the caller, if it may compare everything.
   *
   * @throws HoldfastException FORBIDDEN
   */
  public static Caller audits(Caller caller) {
    if (!entersTenant(caller, "*") || !caller.permits("erase", "files")) {
      throw new HoldfastException(ErrorCode.FORBIDDEN, "files: not this caller's to compare");
    }
    return caller;
  }

  private static boolean owns(Caller caller, String owner) {
    return !(caller instanceof Caller.User user) || user.user().equals(owner);
  }
}
