package dev.holdfast.tokens;

import dev.holdfast.core.BusValue;
import dev.holdfast.core.Caller;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.ServiceMessage;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Requests about the issuers of tokens. For services that act for all tenants: FORBIDDEN to others.
 * Any node answers.
 */
public sealed interface IssuerMessage<A> extends ServiceMessage<A> {
  /** The service's address on the bus. */
  String ADDRESS = "issuers";

  /** Most characters of an issuer's name. */
  int LONGEST_NAME = 512;

  /** No issuer's name begins so. */
  String NO_NAME = "#";

  @Override
  default String address() {
    return ADDRESS;
  }

  @Override
  default boolean repeatable() {
    return true;
  }

  /**
   * Adds an issuer, or replaces the settings of one that was added. All nodes take its tokens by
   * these settings within 2 s. Safe to repeat. BAD_REQUEST names the setting that is wrong;
   * CONFLICT: the nodes' configuration has an issuer of that name; LIMIT_EXCEEDED: there are as
   * many as are kept; STORE_FULL or UNAVAILABLE: Redis does not take it.
   *
   * @param settings JSON, the members of an entry of {@code auth.issuers}
   */
  record Put(Caller caller, String settings) implements IssuerMessage<Issuer> {
    @Override
    public <R> R dispatch(Handler<R> handler) {
      return handler.put(this);
    }
  }

  /**
   * Removes an issuer that was added. All nodes refuse its tokens within 2 s, and close the
   * connections that were opened with them as {@code revoked}. Safe to repeat: also if there is
   * none. CONFLICT: it is one of the nodes' configuration.
   */
  record Remove(Caller caller, String issuer) implements IssuerMessage<Removed> {
    public Remove {
      name(issuer);
    }

    @Override
    public <R> R dispatch(Handler<R> handler) {
      return handler.remove(this);
    }
  }

  /**
   * Lists the issuers, by name, as the node that answers knows them: of its configuration, and
   * those that were added. A page has 1 MiB at most.
   *
   * @param after the name before the first; empty: from the beginning
   * @param limit 1 to 1,000
   */
  record ListIssuers(Caller caller, String after, int limit) implements IssuerMessage<Issuers> {
    public ListIssuers {
      if (!after.isEmpty()) {
        name(after);
      }
      if (limit < 1 || limit > 1_000) {
        throw HoldfastException.withPublicMessage(ErrorCode.BAD_REQUEST, "limit: 1 to 1000");
      }
    }

    @Override
    public <R> R dispatch(Handler<R> handler) {
      return handler.list(this);
    }
  }

  /**
   * An issuer.
   *
   * @param configured whether it is one of the nodes' configuration, which only a restart changes
   * @param since when it was changed last, ms since 1970; 0: it is configured
   * @param settings JSON; without secrets
   */
  record Issuer(String issuer, boolean configured, long since, String settings)
      implements BusValue {}

  /** The issuer is not, or no more, among those that were added. */
  record Removed() implements BusValue {}

  /**
   * Some issuers, by name.
   *
   * @param next what to pass as {@code after}; none: there are no more
   */
  record Issuers(List<Issuer> issuers, @Nullable String next) implements BusValue {
    public Issuers {
      issuers = List.copyOf(issuers);
    }
  }

  private static void name(String issuer) {
    if (issuer.isBlank() || issuer.length() > LONGEST_NAME || issuer.startsWith(NO_NAME)) {
      throw HoldfastException.withPublicMessage(
          ErrorCode.BAD_REQUEST,
          "issuer: a name of 1 to " + LONGEST_NAME + " characters, not " + NO_NAME + " first");
    }
  }

  /** Has one method per message, so that the compiler finds a case that was forgotten. */
  interface Handler<R> {
    R put(Put message);

    R remove(Remove message);

    R list(ListIssuers message);
  }

  <R> R dispatch(Handler<R> handler);
}
