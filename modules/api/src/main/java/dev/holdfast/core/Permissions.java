package dev.holdfast.core;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Checks the texts of permissions, see {@link Caller#permits}, for whoever grants them. A caller
 * may hold any text, as an issuer may use its own beside ours, and one that permits nothing does no
 * harm. But a person who typed it meant something.
 */
public final class Permissions {
  /** Each verb that is asked for anywhere, with the targets that it is asked for. */
  private static final Map<String, Targets> VERBS = new TreeMap<>();

  /**
   * Verbs that concern whole nodes, and who did what; such permissions have no wildcard, see {@link
   * #isOperators}.
   */
  private static final Set<String> OPERATORS =
      Set.of("nodes", "config", "stats", "limits", "usage", "tenants", "issuers", "audit");

  static {
    Targets channels =
        new Targets(ChannelName::parse, "tenant", "user:", "session:", "run:", "topic:", "system:");
    VERBS.put("publish", channels);
    VERBS.put("subscribe", channels);
    VERBS.put("history", channels);
    VERBS.put("request", new Targets(name -> Names.id(name, "service"), "<service>"));
    VERBS.put("service", new Targets(name -> Names.id(name, "service"), "<name>"));
    VERBS.put("run", new Targets(name -> Names.id(name, "agent"), "<agent>"));
    VERBS.put("runs", Targets.words("read", "cancel", "send"));
    VERBS.put("threads", Targets.words("read", "write"));
    VERBS.put("agents", Targets.words("read", "write"));
    VERBS.put("work", new Targets(name -> Names.id(name, "agent"), "<agent>"));
    VERBS.put("schema", new Targets(Names::event, "<event>"));
    VERBS.put("schemas", Targets.words("read"));
    VERBS.put("create", Targets.words("file"));
    VERBS.put("erase", Targets.words("files"));
    VERBS.put("files", Targets.words("read", "write"));
    VERBS.put("sessions", Targets.words("read", "write"));
    VERBS.put("connections", Targets.words("read", "disconnect"));
    VERBS.put("tokens", Targets.words("revoke"));
    VERBS.put("tenants", Targets.words("read", "write", "revoke", "audit", "export"));
    VERBS.put("issuers", Targets.words("read", "write"));
    VERBS.put("audit", Targets.words("read"));
    VERBS.put("nodes", Targets.words("read"));
    VERBS.put("config", Targets.words("read"));
    VERBS.put("stats", Targets.words("read"));
    VERBS.put("limits", Targets.words("read", "write"));
    VERBS.put("usage", Targets.words("read", "erase"));
  }

  private Permissions() {}

  /**
   * Returns whether it is about more than one tenant, or about who did what in one: never covered
   * by a wildcard.
   */
  public static boolean isOperators(String verb) {
    return OPERATORS.contains(verb);
  }

  /** Returns why no request is permitted by it; empty if one may be. */
  public static Optional<String> problem(String permission) {
    if (PermissionPattern.is(permission)) {
      String example = PermissionPattern.example(permission);
      return example == null ? Optional.of(noPattern()) : problemOfPlain(example);
    }
    return problemOfPlain(permission);
  }

  private static Optional<String> problemOfPlain(String permission) {
    boolean open = permission.endsWith("*");
    String text = open ? permission.substring(0, permission.length() - 1) : permission;
    int colon = text.indexOf(':');
    if (colon == -1) {
      boolean all = open && text.isEmpty();
      return all ? Optional.empty() : Optional.of(open ? openVerb() : unknownVerb());
    }
    String verb = text.substring(0, colon);
    Targets targets = VERBS.get(verb);
    if (targets == null) {
      return Optional.of(unknownVerb());
    }
    // A token is of one service, which is named in full.
    boolean inFull = verb.equals("service") || isOperators(verb);
    boolean covers = !(open && inFull) && targets.cover(text.substring(colon + 1), open);
    return covers ? Optional.empty() : Optional.of(verb + ":… is followed by " + targets.said());
  }

  private static String openVerb() {
    return "* stands for the end of what follows verb:, or alone";
  }

  private static String noPattern() {
    return "*, {user} and {tenant} stand for a whole segment, between slashes behind the kind of "
        + "channel, as in subscribe:topic:users/{user}/*; elsewhere * stands at the end";
  }

  private static String unknownVerb() {
    return "it begins with one of " + String.join(":, ", VERBS.keySet()) + ":";
  }

  /**
   * The texts that may follow a verb.
   *
   * @param check throws if a target is not valid
   * @param forms the targets as they are shown to people
   */
  private record Targets(Consumer<String> check, String... forms) {
    static Targets words(String... words) {
      return new Targets(word -> Targets.oneOf(words, word), words);
    }

    /** Returns whether one of them is the text or, if that is open, begins with it. */
    boolean cover(String text, boolean open) {
      return valid(text) || open && (valid(text + "x") || anyBegins(text));
    }

    String said() {
      return String.join(" or ", forms);
    }

    private boolean anyBegins(String text) {
      for (String form : forms) {
        if (form.startsWith(text)) {
          return true;
        }
      }
      return false;
    }

    private boolean valid(String text) {
      try {
        check.accept(text);
        return true;
      } catch (HoldfastException e) {
        return false;
      }
    }

    private static void oneOf(String[] words, String word) {
      for (String known : words) {
        if (known.equals(word)) {
          return;
        }
      }
      throw HoldfastException.withPublicMessage(ErrorCode.BAD_REQUEST, "not one of them");
    }
  }
}
