package dev.holdfast.channels.schemas.engine;

import dev.holdfast.channels.schemas.SchemaName;
import dev.holdfast.core.HoldfastException;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * A tenant's schemas as they stood when they were read. Used on the context of {@link Schemas}
 * alone.
 */
public final class TenantSchemas {
  private final String revision;
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

  /** Null where there are none. */
  String revision() {
    return revision;
  }

  /**
   * Holds a publication against the schema of its event: of the version that the event names
   * ({@code order.created/2}), else of the newest.
   *
   * @param data one JSON value
   * @return null where it fits, or the event has no schema; otherwise what is wrong, for the
   *     publisher
   */
  public String fault(String event, String data) {
    if (byEvent.isEmpty()) {
      return null;
    }
    TreeMap<Integer, Entry> versions = byEvent.get(event);
    if (versions != null) {
      return versions.lastEntry().getValue().fault(data);
    }
    return SchemaName.versioned(event) ? ofVersion(event, data) : null;
  }

  private String ofVersion(String event, String data) {
    int slash = event.lastIndexOf('/');
    TreeMap<Integer, Entry> versions = byEvent.get(event.substring(0, slash));
    if (versions == null) {
      return null;
    }
    Entry entry = versions.get(Integer.parseInt(event.substring(slash + 1)));
    return entry == null ? "event: there is no such version" : entry.fault(data);
  }

  /** Made usable when it is first used. */
  private static final class Entry {
    private final String text;
    private EventSchema schema;

    Entry(String text) {
      this.text = text;
    }

    public String fault(String data) {
      if (schema == null) {
        try {
          schema = SchemaCodec.decode(text);
        } catch (HoldfastException e) {
          return "data: its schema can't be used by this node";
        }
      }
      return schema.fault(data);
    }
  }
}
