package dev.holdfast.core;

import dev.holdfast.core.ChannelName.Kind;
import org.jspecify.annotations.Nullable;

/**
 * The one place that decides what a caller may do with a channel. A user reads its tenant's
 * channel, its own {@code user:} channel and its own session's without asking; the rest takes a
 * permission, and no permission opens another user's private channels or a {@code system:} log to a
 * user, or lets it publish in a run's channel. A service reads and writes all channels of the
 * tenants that it acts for. The exception is {@code system:audit}: it is read by who holds {@code
 * audit:read}, user or service, and written by nodes alone.
 */
public final class Access {
  /** The name by which a node writes audit logs. */
  public static final String AUDITOR = "audit";

  private Access() {}

  /**
   * Returns whether a caller may read a channel.
   *
   * @param session the caller's own session, if it has one
   */
  public static boolean mayRead(Caller caller, @Nullable String session, Channel channel) {
    if (!caller.actsFor(channel.tenant())) {
      return false;
    }
    if (channel.name().equals(ChannelName.AUDIT)) {
      return caller.permits("audit", "read");
    }
    if (!(caller instanceof Caller.User user)) {
      return true;
    }
    return switch (channel.name().kind()) {
      case TENANT -> true;
      case USER, SESSION -> owns(user, session, channel.name());
      case SYSTEM -> false;
      default -> caller.permits("subscribe", channel.name().toString());
    };
  }

  /**
   * Returns whether a caller may publish to a channel.
   *
   * @param session the caller's own session, if it has one
   */
  public static boolean mayPublish(Caller caller, @Nullable String session, Channel channel) {
    if (!caller.actsFor(channel.tenant())) {
      return false;
    }
    if (channel.name().equals(ChannelName.AUDIT)) {
      return isAuditor(caller);
    }
    if (!(caller instanceof Caller.User user)) {
      return true;
    }
    Kind kind = channel.name().kind();
    boolean foreign =
        (kind == Kind.USER || kind == Kind.SESSION) && !owns(user, session, channel.name());
    boolean ours = kind == Kind.SYSTEM || kind == Kind.RUN;
    return !foreign && !ours && caller.permits("publish", channel.name().toString());
  }

  /**
   * Explains why a caller may not: names the permission that it lacks, if one would do. Does not
   * show whether the channel has ever been used.
   *
   * @param verb {@code subscribe}, {@code publish} or {@code history}
   */
  public static HoldfastException refusal(Caller caller, String verb, ChannelName channel) {
    if (channel.equals(ChannelName.AUDIT)) {
      boolean writes = verb.equals("publish");
      return HoldfastException.withPublicMessage(
          ErrorCode.FORBIDDEN, writes ? "nobody publishes in system:audit" : "needs audit:read");
    }
    Kind kind = caller instanceof Caller.Service ? Kind.TOPIC : channel.kind();
    return HoldfastException.withPublicMessage(
        ErrorCode.FORBIDDEN,
        switch (kind) {
          case USER, SESSION -> "no permission opens private channels of others";
          case SYSTEM -> "no permission opens system: channels to users";
          case RUN ->
              verb.equals("publish")
                  ? "no permission lets users publish in run: channels"
                  : "needs " + verb + ":" + channel;
          default -> "needs " + verb + ":" + channel;
        });
  }

  private static boolean isAuditor(Caller caller) {
    return caller instanceof Caller.Service service
        && service.name().equals(AUDITOR)
        && service.tenants().contains("*");
  }

  private static boolean owns(Caller.User user, @Nullable String session, ChannelName name) {
    return name.id().equals(name.kind() == Kind.USER ? user.user() : session);
  }
}
