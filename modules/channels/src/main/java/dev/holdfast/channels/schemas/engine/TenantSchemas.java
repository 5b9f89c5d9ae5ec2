package dev.holdfast.channels.schemas.engine;

import dev.holdfast.channels.schemas.SchemaName;
import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import dev.holdfast.core.JsonText;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A tenant's schemas as they stood when they were read. Used on the context of {@link Schemas}
 * alone.
 */
public final class TenantSchemas {
  /** Holds no schema: every event fits. */
  public static final TenantSchemas NONE =
      new TenantSchemas(new SchemaStore.Stored(null, Map.of()));

  private final @Nullable String revision;
  private final Map<String, TreeMap<Integer, Entry>> byEvent = new HashMap<>();

  public TenantSchemas(SchemaStore.Stored stored) {
    revision = stored.revision();
    stored
        .texts()
        .forEach(
            (name, text) ->
                byEvent
                    .computeIfAbsent(name.event(), first -> new TreeMap<>())
                    .put(name.version(), new Entry(text)));
  }

  /** Returns the revision; none if the tenant has no schemas. */
  @Nullable String revision() {
    return revision;
  }

  /**
   * Checks a publication against the schema of its event: of the version that the event names
   * ({@code order.created/2}), else of the newest.
   *
   * @param data one JSON value
   * @return the fault, for the publisher; none if it fits, or the event has no schema
   */
  public @Nullable String fault(String event, String data) {
    return check(event, data).fault();
  }

  /**
   * Checks a publication whose data nobody has read yet, as {@link #fault} does; reads it once.
   *
   * @throws HoldfastException BAD_REQUEST if the data is not exactly one JSON value
   */
  public @Nullable String faultOfUnread(String event, String data) {
    Checked checked = check(event, data);
    if (!checked.read() && !JsonText.isValue(data)) {
      throw new HoldfastException(ErrorCode.BAD_REQUEST, "data: not one JSON value");
    }
    return checked.fault();
  }

  private Checked check(String event, String data) {
    if (byEvent.isEmpty()) {
      return Checked.WITHOUT;
    }
    TreeMap<Integer, Entry> versions = byEvent.get(event);
    if (versions != null) {
      return versions.lastEntry().getValue().check(data);
    }
    return SchemaName.versioned(event) ? ofVersion(event, data) : Checked.WITHOUT;
  }

  private Checked ofVersion(String event, String data) {
    int slash = event.lastIndexOf('/');
    TreeMap<Integer, Entry> versions = byEvent.get(event.substring(0, slash));
    if (versions == null) {
      return Checked.WITHOUT;
    }
    Entry entry = versions.get(Integer.parseInt(event.substring(slash + 1)));
    return entry == null
        ? new Checked("event: there is no such version", false)
        : entry.check(data);
  }

  /**
   * The result of a check.
   *
   * @param fault what does not fit; none if it fits, or there is no schema
   * @param read whether the data was read, and so is one JSON value
   */
  private record Checked(@Nullable String fault, boolean read) {
    static final Checked WITHOUT = new Checked(null, false);
    static final Checked FITS = new Checked(null, true);
  }

  /** A schema, made usable when it is first used. */
  private static final class Entry {
    private final String text;
    private @Nullable EventSchema schema;

    Entry(String text) {
      this.text = text;
    }

    Checked check(String data) {
      EventSchema usable = schema;
      if (usable == null) {
        try {
          usable = SchemaCodec.decode(text);
        } catch (HoldfastException e) {
          return new Checked("data: its schema can't be used by this node", false);
        }
        schema = usable;
      }
      String fault = usable.fault(data);
      return fault == null
          ? Checked.FITS
          : new Checked(fault, !fault.equals(EventSchema.UNREADABLE));
    }
  }
}
