package dev.holdfast.files;

import dev.holdfast.core.BusValue;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Names;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The properties of a file that is to be made.
 *
 * @param name as its owner sees it; see {@link FileNames}
 * @param size bytes, from 0; exactly that many have to be uploaded
 * @param contentType as declared, {@code type/subtype}; what is served is what the content shows
 * @param sha256 that the content must have, 64 hex digits; none: it is not checked
 * @param owner the user whose it will be; none: the user who asks
 * @param session that it belongs to, one of the owner's
 * @param run that it belongs to
 * @param lifeMs after which it expires, from the end of its upload; 0: never
 */
public record FileSpec(
    String name,
    long size,
    @Nullable String contentType,
    @Nullable String sha256,
    @Nullable String owner,
    @Nullable String session,
    @Nullable String run,
    long lifeMs)
    implements BusValue {
  private static final Pattern TYPE =
      Pattern.compile("[A-Za-z0-9!#$&^_.+-]{1,64}/[A-Za-z0-9!#$&^_.+-]{1,64}");
  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
  private static final long TEN_YEARS_MS = 10L * 366 * 24 * 3_600_000;

  public FileSpec {
    name = FileNames.checked(name);
    contentType = contentType == null ? null : bare(contentType);
    sha256 = sha256 == null ? null : sha256.toLowerCase(Locale.ROOT);
    check(size >= 0, "size: from 0");
    check(contentType == null || TYPE.matcher(contentType).matches(), "content type: not valid");
    check(sha256 == null || SHA256.matcher(sha256).matches(), "sha256: 64 hex digits");
    check(lifeMs >= 0 && lifeMs <= TEN_YEARS_MS, "expiry: 0 to 10 years");
    if (owner != null) {
      Names.user(owner);
    }
    if (session != null) {
      Names.id(session, "session");
    }
    if (run != null) {
      Names.id(run, "run");
    }
  }

  /** Returns a spec with a name and a size alone, for the user who asks. */
  public static FileSpec of(String name, long size) {
    return new FileSpec(name, size, null, null, null, null, null, 0);
  }

  /** Returns the same for this user. */
  public FileSpec ownedBy(String user) {
    return new FileSpec(name, size, contentType, sha256, user, session, run, lifeMs);
  }

  private static String bare(String type) {
    int end = type.indexOf(';');
    return (end < 0 ? type : type.substring(0, end)).strip().toLowerCase(Locale.ROOT);
  }

  private static void check(boolean holds, String problem) {
    if (!holds) {
      throw HoldfastException.withPublicMessage(ErrorCode.BAD_REQUEST, problem);
    }
  }
}
