package dev.holdfast.core;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A permission for channels with a {@code *} or a variable in its middle, such as {@code
 * subscribe:topic:orders/*}{@code /status} or {@code publish:topic:users/{user}/*}. Segments are
 * what stands between slashes behind the kind of channel. A {@code *} that is a segment is any one;
 * at the end {@code *} is any rest. <code>{user}</code> and <code>{tenant}</code> are segments,
 * too: the caller's own, where what is no letter, digit, {@code . _ -} is written as {@code ~} and
 * two hex digits, so that no name has a second segment, or a meaning of its own.
 */
final class PermissionPattern {
  private static final Set<String> VERBS = Set.of("publish", "subscribe", "history");
  private static final String USER = "{user}";
  private static final String TENANT = "{tenant}";
  private static final String HEX = "0123456789ABCDEF";

  private PermissionPattern() {}

  /** Returns whether there is more to it than a {@code *} at its end. */
  static boolean is(String permission) {
    int star = permission.indexOf('*');
    return star >= 0 && star < permission.length() - 1 || permission.indexOf('{') >= 0;
  }

  /** Returns whether a pattern, held by a caller, covers {@code verb:target}. */
  static boolean covers(String pattern, String wanted, Caller caller) {
    int start = start(pattern);
    if (start == 0 || !wanted.regionMatches(0, pattern, 0, start)) {
      return false;
    }
    int at = start;
    int in = start;
    while (at < pattern.length()) {
      char next = pattern.charAt(at);
      if (next == '*' && at == pattern.length() - 1) {
        return true;
      }
      if (next == '*' || next == '{') {
        int end = segmentEnd(pattern, start, at);
        if (end == 0) {
          return false;
        }
        in = next == '*' ? any(wanted, in) : own(name(pattern, at, caller), wanted, in);
        at = end;
      } else {
        in = is(wanted, in, next) ? in + 1 : 0;
        at++;
      }
      if (in == 0) {
        return false;
      }
    }
    return in == wanted.length();
  }

  /** Returns a permission as it may be meant, {@code x} for each such segment; none: no pattern. */
  static @Nullable String example(String pattern) {
    int start = start(pattern);
    if (start == 0) {
      return null;
    }
    StringBuilder text = new StringBuilder(pattern.substring(0, start));
    for (int at = start; at < pattern.length(); ) {
      char next = pattern.charAt(at);
      boolean stands = next == '{' || next == '*' && at < pattern.length() - 1;
      text.append(stands ? 'x' : next);
      at = stands ? segmentEnd(pattern, start, at) : at + 1;
      if (at == 0) {
        return null;
      }
    }
    return text.toString();
  }

  /** Returns where the segments begin, behind verb and kind; 0 if these are not plain. */
  private static int start(String pattern) {
    int verb = pattern.indexOf(':');
    int kind = pattern.indexOf(':', verb + 1);
    boolean plain =
        kind != -1
            && VERBS.contains(pattern.substring(0, verb))
            && pattern.lastIndexOf('*', kind) == -1
            && pattern.lastIndexOf('{', kind) == -1;
    return plain ? kind + 1 : 0;
  }

  /** Returns the end of the segment that a {@code *} or a variable is; 0 if it is not all of it. */
  private static int segmentEnd(String pattern, int start, int at) {
    int slash = pattern.indexOf('/', at);
    int end = slash == -1 ? pattern.length() : slash;
    boolean first = at == start || pattern.charAt(at - 1) == '/';
    boolean known =
        end == at + 1 && pattern.charAt(at) == '*'
            || end == at + USER.length() && pattern.startsWith(USER, at)
            || end == at + TENANT.length() && pattern.startsWith(TENANT, at);
    return first && known ? end : 0;
  }

  /** Returns the caller's name for a variable; none if it has none, or several. */
  private static @Nullable String name(String pattern, int at, Caller caller) {
    boolean user = pattern.startsWith(USER, at);
    if (caller instanceof Caller.User of) {
      return user ? of.user() : of.tenant();
    }
    Set<String> tenants = ((Caller.Service) caller).tenants();
    boolean one = !user && tenants.size() == 1 && !tenants.contains("*");
    return one ? tenants.iterator().next() : null;
  }

  /** Returns the end of a segment of one character or more; 0 if there is none. */
  private static int any(String wanted, int from) {
    int slash = wanted.indexOf('/', from);
    int end = slash == -1 ? wanted.length() : slash;
    return end > from ? end : 0;
  }

  /** Returns the end of a segment that is this name; 0 if it is another. */
  private static int own(@Nullable String name, String wanted, int from) {
    if (name == null) {
      return 0;
    }
    int in = from;
    for (int i = 0; i < name.length(); i++) {
      char at = name.charAt(i);
      if (isPlain(at)) {
        in = is(wanted, in, at) ? in + 1 : 0;
      } else {
        boolean same =
            at < 0x80
                && is(wanted, in, '~')
                && is(wanted, in + 1, HEX.charAt(at >> 4))
                && is(wanted, in + 2, HEX.charAt(at & 0xf));
        in = same ? in + 3 : 0;
      }
      if (in == 0) {
        return 0;
      }
    }
    return in;
  }

  private static boolean is(String text, int at, char wanted) {
    return at < text.length() && text.charAt(at) == wanted;
  }

  private static boolean isPlain(char at) {
    return at >= 'a' && at <= 'z'
        || at >= 'A' && at <= 'Z'
        || at >= '0' && at <= '9'
        || at == '.'
        || at == '_'
        || at == '-';
  }
}
