package dev.holdfast.redis;

import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.redis.topology.ServerAddress;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.impl.types.ErrorType;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Names the failures of Redis and its driver. */
final class RedisErrors {
  static final String NO_SCRIPT = "NOSCRIPT";
  private static final String OOM = "OOM";

  /**
   * An error inside a script. Redis before 7 wraps the error of a command: "ERR Error running
   * script (...): ...: -OOM command ...". From 7 on, an error that the script itself raises comes
   * as "ERR user_script:12: -WORD ...".
   */
  private static final Pattern IN_SCRIPT =
      Pattern.compile("^ERR (?:Error running script|user_script:).*?: -([A-Z]+) ", Pattern.DOTALL);

  /** Raised by scripts: the server has other data than those that the epoch token was read from. */
  private static final String OTHER_DATA = "OTHERDATA";

  /** Raised by scripts: the call's deadline has passed, see {@link ShardValue#DEADLINE}. */
  private static final String LATE = "LATE";

  private static final Pattern PLAIN = Pattern.compile("^([A-Z]+)( |$)");

  /**
   * Refusals that are temporary: loading data, a replica, a lost primary, a full disk, a long
   * script, a slot that moves.
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
   * Refusals of a server that is no primary any more, or was none for a while. Another connection
   * reaches the primary, and reads what data it has. A server that had loaded its data, and loads
   * again, takes them from another: it has become a replica. NOREPLICAS is none of these: it comes
   * from a primary that writes nothing for now.
   */
  private static final Set<String> NOT_PRIMARY =
      Set.of("READONLY", "MASTERDOWN", "LOADING", OTHER_DATA);

  private RedisErrors() {}

  /**
   * Returns the error's first word ({@code OOM}, {@code NOSCRIPT}, {@code ERR}); empty if it is no
   * error of Redis.
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
   * Returns whether Redis itself sent this error; otherwise the connection broke or sent nonsense.
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

  /**
   * Returns whether a script came after its deadline. The reason may also be a server's clock that
   * was set.
   */
  static boolean isLate(Throwable failure) {
    return LATE.equals(word(failure));
  }

  /** Returns a metric's tag: the error's word if it is a known one. */
  static String kind(Throwable error) {
    String word = word(error);
    return OOM.equals(word) || PASSING.contains(word) ? word.toLowerCase(Locale.ROOT) : "error";
  }

  /** Makes the answer that callers get. */
  static Future<Reply> named(AsyncResult<Response> result) {
    return result.succeeded()
        ? Future.succeededFuture(Reply.of(result.result()))
        : Future.failedFuture(named(result.cause()));
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

  /** Names the server that refuses what grows: of several others may have room. */
  static Throwable at(ServerAddress server, Throwable refusal) {
    return OOM.equals(word(refusal))
        ? new HoldfastException(
            ErrorCode.STORE_FULL, "redis at " + server + ": " + refusal.getMessage())
        : refusal;
  }

  private static ErrorCode code(String word) {
    if (OOM.equals(word)) {
      return ErrorCode.STORE_FULL;
    }
    return PASSING.contains(word) ? ErrorCode.UNAVAILABLE : ErrorCode.INTERNAL;
  }
}
