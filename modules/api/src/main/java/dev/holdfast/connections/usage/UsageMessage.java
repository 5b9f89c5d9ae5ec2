package dev.holdfast.connections.usage;

import dev.holdfast.core.BusValue;
import dev.holdfast.core.Caller;
import dev.holdfast.core.ChannelName;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Names;
import dev.holdfast.core.ServiceMessage;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Requests about what Redis holds. For services that act for all tenants: FORBIDDEN to others. Ask
 * this process's own instance, so that not every node walks through all keys.
 */
public sealed interface UsageMessage<A> extends ServiceMessage<A> {
  /** The service's address on the bus. */
  String ADDRESS = "usage";

  @Override
  default String address() {
    return ADDRESS;
  }

  @Override
  default Duration patience(Duration usual) {
    return Duration.ofSeconds(15);
  }

  /**
   * Lists the largest tenants, users and channels, by a walk through all keys that is at most a
   * minute older than the question, or still under way.
   *
   * @param tenant of which users and channels are shown; none: of all
   * @param limit 1 to 1,000 of each
   */
  record Show(Caller caller, @Nullable String tenant, int limit) implements UsageMessage<Usage> {
    public Show {
      if (tenant != null) {
        Names.tenant(tenant);
      }
      if (limit < 1 || limit > 1_000) {
        throw HoldfastException.withPublicMessage(ErrorCode.BAD_REQUEST, "limit: 1 to 1000");
      }
    }

    @Override
    public boolean repeatable() {
      return true;
    }

    @Override
    public <R> R dispatch(Handler<R> handler) {
      return handler.show(this);
    }
  }

  /**
   * Asks what a tenant used day by day, today included; as of two minutes ago at most.
   *
   * @param days 1 to {@value #MOST_DAYS}, back from today
   */
  record Days(Caller caller, String tenant, int days) implements UsageMessage<DaysUsed> {
    /** Days that are kept. */
    public static final int MOST_DAYS = 90;

    public Days {
      Names.tenant(tenant);
      if (days < 1 || days > MOST_DAYS) {
        throw HoldfastException.withPublicMessage(ErrorCode.BAD_REQUEST, "days: 1 to 90");
      }
    }

    @Override
    public boolean repeatable() {
      return true;
    }

    @Override
    public <R> R dispatch(Handler<R> handler) {
      return handler.days(this);
    }
  }

  /**
   * Erases for some seconds what a tenant, one of its users, or one of its channels has: in Redis,
   * and the content of files. Safe to repeat, and to go on with at any node. What is written
   * meanwhile is found by another pass.
   *
   * @param user whose; none: the whole tenant, or the channel
   * @param channel this one alone; not that of a session, which goes with its user's sessions, and
   *     not {@code system:audit}
   * @param after what the step before gave as {@code next}, or empty
   */
  record Erase(
      Caller caller,
      String tenant,
      @Nullable String user,
      @Nullable ChannelName channel,
      String after)
      implements UsageMessage<Erased> {
    public Erase {
      Names.tenant(tenant);
      if (user != null) {
        Names.user(user);
      }
      boolean both = user != null && channel != null;
      boolean kept = ChannelName.AUDIT.equals(channel);
      if (both || kept || channel != null && channel.kind() == ChannelName.Kind.SESSION) {
        throw HoldfastException.withPublicMessage(
            ErrorCode.BAD_REQUEST,
            kept
                ? "channel: the audit log goes with its tenant only"
                : "erase a tenant, a user, or a channel that is no session's");
      }
      if (!after.matches("files[0-9]{0,20}|t?[0-9]{0,20}(@[0-9A-Za-z.:_\\[\\]-]{1,280})?")) {
        throw HoldfastException.withPublicMessage(ErrorCode.BAD_REQUEST, "after: not of a step");
      }
    }

    @Override
    public boolean repeatable() {
      return true;
    }

    @Override
    public <R> R dispatch(Handler<R> handler) {
      return handler.erase(this);
    }
  }

  /**
   * Reads on in an export of what a tenant, or one of its users, has: a part of a few hundred KiB,
   * or what is found within some seconds, perhaps nothing. The parts are asked for one after the
   * other, each once. Whoever does not ask for all of them leaves, or is taken to have left after a
   * minute.
   *
   * <p>Fails with RATE_LIMITED if too many exports are under way at this node, or one of the same
   * tenant is; CONFLICT if the tenant is being erased, or the part is not the next one of an export
   * that is under way; UNAVAILABLE if Redis was away or moved meanwhile. After a failure the export
   * is over.
   *
   * @param user whose; none: the whole tenant
   * @param export an id that the asker makes
   * @param part 0 begins
   */
  record Export(Caller caller, String tenant, @Nullable String user, String export, int part)
      implements UsageMessage<Exported> {
    public Export {
      Names.tenant(tenant);
      if (user != null) {
        Names.user(user);
      }
      Names.id(export, "export");
      if (part < 0) {
        throw HoldfastException.withPublicMessage(ErrorCode.BAD_REQUEST, "part: 0 or more");
      }
    }

    @Override
    public <R> R dispatch(Handler<R> handler) {
      return handler.export(this);
    }
  }

  /** Ends an export before its end; if there is none of that id, nothing happens. */
  record LeaveExport(Caller caller, String export) implements UsageMessage<Left> {
    public LeaveExport {
      Names.id(export, "export");
    }

    @Override
    public boolean repeatable() {
      return true;
    }

    @Override
    public <R> R dispatch(Handler<R> handler) {
      return handler.leave(this);
    }
  }

  /**
   * The use of Redis.
   *
   * @param complete false: the walk is still under way, and this is what it found so far
   * @param bytes as Redis counts them for keys (MEMORY USAGE), without its own overhead
   */
  record Usage(
      boolean complete,
      long keys,
      long bytes,
      List<Row> tenants,
      List<Row> users,
      List<Row> channels)
      implements BusValue {
    public Usage {
      tenants = List.copyOf(tenants);
      users = List.copyOf(users);
      channels = List.copyOf(channels);
    }
  }

  /**
   * The use of Redis by one tenant, user or channel.
   *
   * @param name of the user or channel; none: the tenant itself
   */
  record Row(String tenant, @Nullable String name, long bytes, long keys) implements BusValue {}

  /** What a tenant used, oldest day first; days without any use are left out. */
  record DaysUsed(List<DayUsed> days) implements BusValue {
    public DaysUsed {
      days = List.copyOf(days);
    }
  }

  /**
   * What a tenant used on a day.
   *
   * @param day in UTC, as {@code 2026-01-31}
   * @param amounts by name: {@code connects}, {@code connections} (most at a time), {@code
   *     publications}, {@code publishedBytes}, {@code bytesIn}, {@code bytesOut}, {@code
   *     retainedBytes} and {@code fileBytes} (most at a time), {@code runs}, {@code tokens}; what
   *     is 0 may be left out
   */
  record DayUsed(String day, Map<String, Long> amounts) implements BusValue {
    public DayUsed {
      amounts = Map.copyOf(amounts);
    }
  }

  /**
   * The outcome of a step.
   *
   * @param sessions that were ended, with their keys
   * @param files that were ended, with their content
   * @param runs that were erased, with their logs
   * @param keys that were deleted beside these
   * @param left keys that were met and stay for now, by their family: the word after {@code hf:}
   * @param next what to pass as {@code after}; none: all is done
   */
  record Erased(
      int sessions,
      int files,
      int runs,
      int keys,
      @Nullable Map<String, Integer> left,
      @Nullable String next)
      implements BusValue {
    public Erased {
      left = left == null ? Map.of() : Map.copyOf(left); // an earlier build sends none
    }

    @Override
    public Map<String, Integer> left() {
      return left == null ? Map.of() : left;
    }
  }

  /**
   * A part of an export.
   *
   * @param lines JSON objects, each with a line end behind it; may be empty
   * @param last whether it was the last part
   */
  record Exported(String lines, boolean last) implements BusValue {}

  /**
   * The outcome of leaving.
   *
   * @param underWay whether there was such an export
   */
  record Left(boolean underWay) implements BusValue {}

  /** Has one method per message, so that the compiler finds a case that was forgotten. */
  interface Handler<R> {
    R show(Show message);

    R erase(Erase message);

    R export(Export message);

    R leave(LeaveExport message);

    R days(Days message);
  }

  <R> R dispatch(Handler<R> handler);
}
