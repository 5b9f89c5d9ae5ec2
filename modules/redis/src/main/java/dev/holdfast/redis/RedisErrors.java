package dev.holdfast.redis;

import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import io.vertx.redis.client.impl.types.ErrorType;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Names what Redis and its driver fail with. */
final class RedisErrors {
  static final String NO_SCRIPT = "NOSCRIPT";

  /**
   * Redis before 7 wraps the error of a command in a script: "ERR Error running script (...): ...:
   * -OOM command ..."; an error that the script itself raises comes as "ERR user_script:12: -WORD
   * ..." from 7 on.
   */
  private static final Pattern IN_SCRIPT =
      Pattern.compile("^ERR (?:Error running script|user_script:).*?: -([A-Z]+) ", Pattern.DOTALL);

  /** Raised by scripts: the server's data are not those that the epoch token was read of. */
  private static final String OTHER_DATA = "OTHERDATA";

  /** Raised by scripts: the deadline of the call has passed, see {@link RedisLink#deadline}. */
  private static final String LATE = "LATE";

  private static final Pattern PLAIN = Pattern.compile("^([A-Z]+)( |$)");

  /**
   * Refusals that pass: loading its data, a replica, a lost primary, a full disk, a long script, a
   * slot on its way.
   */
  private static final Set<String> PASSING =
      Set.of(
          "LOADING",
          "READONLY",
          "MASTERDOWN",
          "MISCONF",
          "NOREPLICAS",
          "BUSY",
          "CLUSTERDOWN",
          "TRYAGAIN",
          "NOSCRIPT",
          OTHER_DATA,
          LATE);

  /**
   * Refusals of a server that is no primary any more, or was none for a while; another connection
   * reaches the one that is, and learns what data it has.
   */
  private static final Set<String> NOT_PRIMARY = Set.of("READONLY", "MASTERDOWN", OTHER_DATA);

  private RedisErrors() {}

  /**
   * The error's first word ({@code OOM}, {@code NOSCRIPT}, {@code ERR}); empty where it is none of
   * Redis' errors.
   */
  static String word(Throwable failure) {
    String message = failure.getMessage();
    if (!(failure instanceof ErrorType) || message == null) {
      return "";
    }
    Matcher wrapped = IN_SCRIPT.matcher(message);
    if (wrapped.find()) {
      return wrapped.group(1);
    }
    Matcher plain = PLAIN.matcher(message);
    return plain.find() ? plain.group(1) : "";
  }

  /**
   * Returns whether Redis itself answered with this failure, as opposed to a connection that broke
   * or sent nonsense.
   */
  static boolean isAnswer(Throwable failure) {
    String message = failure.getMessage();
    return failure instanceof ErrorType
        && message != null
        && !message.startsWith("CONNECTION_CLOSED")
        && !message.startsWith("ILLEGAL_STATE");
  }

  static boolean isNotPrimary(Throwable failure) {
    return NOT_PRIMARY.contains(word(failure));
  }

  /** Returns whether a script came past its deadline; or the server's clock was set. */
  static boolean isLate(Throwable failure) {
    return LATE.equals(word(failure));
  }

  /** A metric's tag: the word where it is one of the known few. */
  static String kind(Throwable error) {
    String word = word(error);
    return "OOM".equals(word) || PASSING.contains(word) ? word.toLowerCase(Locale.ROOT) : "error";
  }

  static HoldfastException named(Throwable failure) {
    if (failure instanceof HoldfastException already) {
      return already;
    }
    return new HoldfastException(code(word(failure)), "redis: " + failure.getMessage());
  }

  static HoldfastException unavailable(String message) {
    return new HoldfastException(ErrorCode.UNAVAILABLE, "redis: " + message);
  }

  private static ErrorCode code(String word) {
    if ("OOM".equals(word)) {
      return ErrorCode.STORE_FULL;
    }
    return PASSING.contains(word) ? ErrorCode.UNAVAILABLE : ErrorCode.INTERNAL;
  }
}
