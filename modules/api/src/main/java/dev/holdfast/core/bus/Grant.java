package dev.holdfast.core.bus;

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
 */
public record Grant(String service, Set<String> tenants) {
  private static final String ALL = "*";
  private static final String LINE = "\n";

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
    tenants.stream().filter(tenant -> !tenant.equals(ALL)).forEach(Names::tenant);
  }

  /** Parses {@link #text}. */
  public static Grant parse(String text) {
    List<String> lines = List.of(text.split(LINE));
    return new Grant(lines.get(0), new LinkedHashSet<>(lines.subList(1, lines.size())));
  }

  /** Returns the service, then the tenants, in their order, line by line. */
  public String text() {
    return service + LINE + String.join(LINE, tenants.stream().sorted().toList());
  }

  /**
   * @throws HoldfastException FORBIDDEN if the service may not send this
   */
  public void check(BusValue value) {
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
