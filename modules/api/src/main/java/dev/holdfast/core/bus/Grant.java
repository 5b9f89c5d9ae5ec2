package dev.holdfast.core.bus;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.holdfast.core.BusValue;
import dev.holdfast.core.Caller;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.Names;
import dev.holdfast.core.ServiceReply;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A service's right to send on the bus: it acts in its own name, for the tenants that its
 * credentials name, and answers what it is asked. It may send no message between nodes, and none in
 * the name of a user.
 *
 * @param tenants {@code *} is all
 * @param account the token by which it was granted for a time; none: it is granted for as long as
 *     the cluster's secret is valid
 */
public record Grant(String service, Set<String> tenants, @Nullable Account account) {
  private static final String ALL = "*";
  private static final String LINE = "\n";

  /** Begins the line of an account. No tenant begins so, so older nodes refuse such a grant. */
  private static final String ACCOUNT = "@";

  private static final ObjectMapper JSON = new ObjectMapper();

  /** The component by which a message names who it acts for; none: it names nobody. */
  private static final ClassValue<@Nullable RecordComponent> CALLER =
      new ClassValue<@Nullable RecordComponent>() {
        @Override
        protected @Nullable RecordComponent computeValue(Class<?> type) {
          return Arrays.stream(type.getRecordComponents())
              .filter(component -> Caller.class.isAssignableFrom(component.getType()))
              .peek(component -> component.getAccessor().setAccessible(true))
              .findFirst()
              .orElse(null);
        }
      };

  public Grant {
    Names.id(service, "service");
    tenants = Set.copyOf(tenants);
    if (tenants.isEmpty()) {
      throw HoldfastException.withPublicMessage(
          ErrorCode.BAD_REQUEST, "tenants: one at the least, or *");
    }
    boolean open = account == null;
    tenants.stream().filter(tenant -> !(open && tenant.equals(ALL))).forEach(Names::tenant);
  }

  /** Makes one that does not end by itself. */
  public Grant(String service, Set<String> tenants) {
    this(service, tenants, null);
  }

  /**
   * The token of a service's account, as far as it says whether it still is good. What a later
   * build adds to it is ignored: the text is sealed as a whole, and stays so.
   *
   * @param issuer that signed it
   * @param issuerBorn which issuer of that name; 0: a configured one
   * @param user of the token
   * @param until when it ends, ms since 1970
   * @param issuedAt {@code iat}, the second since 1970; 0: not known
   * @param id {@code jti}; none: it has none
   * @param digest SHA-256 of header and claims, base64url
   * @param client whose own token it is; none: an earlier build did not note it
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Account(
      String issuer,
      long issuerBorn,
      String user,
      long until,
      long issuedAt,
      @Nullable String id,
      String digest,
      @Nullable String client) {}

  /** Parses {@link #text}. */
  public static Grant parse(String text) {
    List<String> lines = List.of(text.split(LINE));
    String last = lines.get(lines.size() - 1);
    boolean ofAccount = last.startsWith(ACCOUNT);
    List<String> tenants = lines.subList(1, lines.size() - (ofAccount ? 1 : 0));
    return new Grant(
        lines.get(0), new LinkedHashSet<>(tenants), ofAccount ? read(last.substring(1)) : null);
  }

  private static Account read(String json) {
    try {
      return JSON.readValue(json, Account.class);
    } catch (JsonProcessingException e) {
      throw HoldfastException.withPublicMessage(
          ErrorCode.FORBIDDEN, "the account of the credentials can't be read");
    }
  }

  /** Returns the service, then the tenants, in their order, line by line; then the account. */
  public String text() {
    String named = service + LINE + String.join(LINE, tenants.stream().sorted().toList());
    try {
      return account == null ? named : named + LINE + ACCOUNT + JSON.writeValueAsString(account);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("an account is a JSON object", e);
    }
  }

  /**
   * @throws HoldfastException FORBIDDEN if the service may not send this; UNAUTHORIZED if its
   *     credentials have ended
   */
  public void check(BusValue value) {
    if (account != null && System.currentTimeMillis() >= account.until()) {
      throw HoldfastException.withPublicMessage(
          ErrorCode.UNAUTHORIZED, "the credentials have ended; renew them by a new token");
    }
    if (value instanceof ServiceReply) {
      return;
    }
    RecordComponent caller = CALLER.get(value.getClass());
    if (caller == null || !covers(read(caller, value))) {
      throw HoldfastException.withPublicMessage(
          ErrorCode.FORBIDDEN,
          "the credentials are for service %s and tenants %s"
              .formatted(service, tenants.stream().sorted().toList()));
    }
  }

  /** Returns the tenants that a message claims to act for; an answer claims none. */
  Set<String> claimed(BusValue value) {
    RecordComponent caller = value instanceof ServiceReply ? null : CALLER.get(value.getClass());
    return caller != null && read(caller, value) instanceof Caller.Service named
        ? named.tenants()
        : Set.of();
  }

  private boolean covers(@Nullable Object caller) {
    return caller instanceof Caller.Service named
        && named.name().equals(service)
        && (tenants.contains(ALL) || tenants.containsAll(named.tenants()));
  }

  private static @Nullable Object read(RecordComponent component, BusValue value) {
    try {
      return component.getAccessor().invoke(value);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("a record of ours can be read", e);
    }
  }
}
