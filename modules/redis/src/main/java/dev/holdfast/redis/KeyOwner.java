package dev.holdfast.redis;

import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The owner of a key, parsed from the key's text: the inverse of {@link Keys}.
 *
 * @param family the word after {@code hf:}
 * @param session set for the keys of a session's slot
 * @param channel set for the keys of a channel; a session's own channel has only its session
 * @param user set for keys that name a user; a session's user is in its record
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

  /** Families of keys that belong to the cluster, even if they name a tenant. */
  private static final Set<String> CLUSTERS =
      Set.of(
          "node",
          "jrnl",
          "due",
          "nodes",
          "info",
          "claim",
          "data",
          "join",
          "dead",
          "revoked",
          "tenants",
          "issuers",
          "erasing",
          "nothing",
          "fkey",
          "fticket",
          "fdue",
          "ftenants",
          "fstorage",
          "turns",
          "rundue");

  /** Returns the owner of a key; empty if it belongs to no tenant. */
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
      case "user", "rate", "count", "kept", "threads", "tsizes" ->
          new KeyOwner(family, tenant, null, null, rest.isEmpty() ? null : rest);
      case "fown" -> new KeyOwner(family, tenant, null, null, rest.replaceFirst("^u:", ""));
      case "runs", "starts", "tokens", "ftickets" -> {
        String user = rest.startsWith("u:") ? rest.substring(2) : null;
        yield new KeyOwner(family, tenant, null, null, user);
      }
      default -> new KeyOwner(family, tenant, null, null, null);
    };
  }

  /** Returns a pattern for SCAN that matches all keys of a tenant, and perhaps some of others. */
  public static String keysOf(String tenant) {
    return "hf:*{" + escaped(tenant) + "[/:!}]*";
  }

  /** Returns a pattern for SCAN that matches the keys of a channel that is no session's own. */
  public static String keysOf(String tenant, String channel) {
    return "hf:*{" + escaped(tenant) + "/" + escaped(channel) + "}*";
  }

  /** Returns a pattern for SCAN that matches the keys that say whose the tickets of files are. */
  public static String tickets() {
    return "hf:fticket:{*}:by";
  }

  private static String escaped(String text) {
    return text.replaceAll("([\\\\*?\\[\\]^])", "\\\\$1");
  }
}
