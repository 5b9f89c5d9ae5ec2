package dev.holdfast.redis;

import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The owner of a key, by its text: the other direction of {@link Keys}.
 *
 * @param family the word after {@code hf:}
 * @param session of the keys of a session's slot
 * @param channel of the keys of a channel; a session's own is its session's
 * @param user of what names one; whose a session is, its record says
 */
public record KeyOwner(
    String family,
    String tenant,
    @Nullable String session,
    @Nullable String channel,
    @Nullable String user) {
  private static final Pattern KEY =
      Pattern.compile("hf:([a-z]+):\\{([^{}]*)\\}.*", Pattern.DOTALL);
  private static final Pattern TAG = Pattern.compile("([^/:!]+)([/:!]?)(.*)", Pattern.DOTALL);
  private static final String USER = "user:";

  /** The families of keys that belong to the cluster, or to no tenant that they name. */
  private static final Set<String> CLUSTERS =
      Set.of(
          "node",
          "due",
          "nodes",
          "info",
          "claim",
          "data",
          "join",
          "dead",
          "fkey",
          "fticket",
          "fdue",
          "ftenants",
          "fstorage");

  /** Returns the owner of a key; empty if it is no tenant's. */
  public static Optional<KeyOwner> of(String key) {
    Matcher parts = KEY.matcher(key);
    if (!parts.matches() || CLUSTERS.contains(parts.group(1))) {
      return Optional.empty();
    }
    Matcher tag = TAG.matcher(parts.group(2));
    return tag.matches() ? Optional.of(of(parts.group(1), tag)) : Optional.empty();
  }

  private static KeyOwner of(String family, Matcher tag) {
    String tenant = tag.group(1);
    String rest = tag.group(3);
    if (tag.group(2).equals("/")) {
      String user = rest.startsWith(USER) ? rest.substring(USER.length()) : null;
      return new KeyOwner(family, tenant, null, rest, user);
    }
    return switch (family) {
      case "sess",
          "subs",
          "pubs",
          "meta",
          "log",
          "int",
          "pub",
          "hpubs",
          "idem",
          "idet",
          "cons",
          "conss" ->
          new KeyOwner(family, tenant, rest, null, null);
      case "user", "rate", "count", "kept" ->
          new KeyOwner(family, tenant, null, null, rest.isEmpty() ? null : rest);
      case "fown" -> new KeyOwner(family, tenant, null, null, rest.replaceFirst("^u:", ""));
      default -> new KeyOwner(family, tenant, null, null, null);
    };
  }

  /** A pattern of SCAN that matches all keys of a tenant, and perhaps of some others. */
  public static String keysOf(String tenant) {
    return "hf:*{" + escaped(tenant) + "[/:!}]*";
  }

  /** A pattern of SCAN that matches the keys of a channel that is no session's. */
  public static String keysOf(String tenant, String channel) {
    return "hf:*{" + escaped(tenant) + "/" + escaped(channel) + "}*";
  }

  private static String escaped(String text) {
    return text.replaceAll("([\\\\*?\\[\\]^])", "\\\\$1");
  }
}
