package dev.holdfast.core;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A channel's name within its tenant: {@code tenant}, {@code user:<id>}, {@code session:<id>},
 * {@code run:<id>}, {@code topic:<name>} or {@code system:<name>}.
 *
 * @param kind what kind of channel
 * @param id the part after the colon; empty for {@code tenant}
 */
public record ChannelName(Kind kind, String id) implements BusValue {
  /** Kinds of channels; the wire name is the lower-case constant. */
  public enum Kind {
    TENANT("tenant"),
    USER("user"),
    SESSION("session"),
    RUN("run"),
    TOPIC("topic"),
    SYSTEM("system");

    public final String wireName;

    Kind(String wireName) {
      this.wireName = wireName;
    }
  }

  private static final Set<Kind> WITH_ID = EnumSet.complementOf(EnumSet.of(Kind.TENANT));

  /** What was administered in a tenant; nobody but nodes writes it. */
  public static final ChannelName AUDIT = new ChannelName(Kind.SYSTEM, "audit");

  public static final ChannelName TENANT = new ChannelName(Kind.TENANT, "");

  public ChannelName {
    Objects.requireNonNull(kind, "kind");
    switch (kind) {
      case TENANT -> requireEmpty(id);
      case USER -> Names.user(id);
      case SESSION, RUN -> Names.id(id, "channel");
      default -> Names.topic(id);
    }
  }

  public static ChannelName user(String user) {
    return new ChannelName(Kind.USER, user);
  }

  public static ChannelName session(String session) {
    return new ChannelName(Kind.SESSION, session);
  }

  public static ChannelName topic(String topic) {
    return new ChannelName(Kind.TOPIC, topic);
  }

  public static ChannelName system(String name) {
    return new ChannelName(Kind.SYSTEM, name);
  }

  /** Parses a name as on the wire; BAD_REQUEST for anything else. */
  @JsonCreator
  public static ChannelName parse(@Nullable String text) {
    if (text == null) {
      throw unknown();
    }
    if (text.equals("tenant")) {
      return TENANT;
    }
    int colon = text.indexOf(':');
    for (Kind kind : WITH_ID) {
      if (colon == kind.wireName.length() && text.startsWith(kind.wireName)) {
        return new ChannelName(kind, text.substring(colon + 1));
      }
    }
    throw unknown();
  }

  @JsonValue
  @Override
  public String toString() {
    return kind == Kind.TENANT ? "tenant" : kind.wireName + ":" + id;
  }

  private static void requireEmpty(String id) {
    if (!id.isEmpty()) {
      throw unknown();
    }
  }

  private static HoldfastException unknown() {
    return HoldfastException.withPublicMessage(ErrorCode.BAD_REQUEST, "channel: not a valid name");
  }
}
