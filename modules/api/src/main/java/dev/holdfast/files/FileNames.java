package dev.holdfast.files;

import dev.holdfast.core.ErrorCode;
import dev.holdfast.core.HoldfastException;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Checks file names: 1 to 255 bytes of UTF-8 that name one thing in a folder, and show as what they
 * are. No slash or backslash, no {@code .} or {@code ..}, no drive letter, no control, formatting
 * (bidirectional marks are such) or unassigned character, no white space at its ends. It is kept in
 * Unicode's form NFC. No path is ever made of it.
 */
final class FileNames {
  static final int MOST_BYTES = 255;

  private static final Pattern DRIVE = Pattern.compile("[A-Za-z]:.*", Pattern.DOTALL);

  private FileNames() {}

  /**
   * @throws HoldfastException BAD_REQUEST says what is wrong, without the name
   */
  static String checked(String name) {
    check(name != null && !name.isEmpty(), "missing");
    check(name.length() <= MOST_BYTES, "at most " + MOST_BYTES + " bytes");
    check(name.codePoints().allMatch(FileNames::shows), "no control or formatting characters");
    String normal = Normalizer.normalize(name, Normalizer.Form.NFC);
    check(bytes(normal) <= MOST_BYTES, "at most " + MOST_BYTES + " bytes");
    check(normal.indexOf('/') < 0 && normal.indexOf('\\') < 0, "no slashes");
    check(!normal.equals(".") && !normal.equals(".."), "not a folder's");
    check(!DRIVE.matcher(normal).matches(), "no drive letter");
    check(normal.strip().equals(normal), "no white space at its ends");
    return normal;
  }

  /** Checks the beginning of names: as a name, but it may be empty. */
  static String prefix(@Nullable String prefix) {
    return prefix == null || prefix.isEmpty()
        ? ""
        : checked(prefix + "x").substring(0, normal(prefix));
  }

  private static int normal(String prefix) {
    return Normalizer.normalize(prefix, Normalizer.Form.NFC).length();
  }

  private static int bytes(String name) {
    return name.getBytes(StandardCharsets.UTF_8).length;
  }

  private static boolean shows(int character) {
    return switch (Character.getType(character)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> true;
    };
  }

  private static void check(boolean holds, String problem) {
    if (!holds) {
      throw HoldfastException.withPublicMessage(ErrorCode.BAD_REQUEST, "name: " + problem);
    }
  }
}
