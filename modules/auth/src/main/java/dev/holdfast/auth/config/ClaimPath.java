package dev.holdfast.auth.config;

import java.util.ArrayList;
import java.util.List;

/**
 * The place of a value in a token's claims: names from the outside in.
 *
 * <p>Text form: names with dots between; a dot that is part of a name is written {@code \.}, as in
 * {@code https://acme\.example/tenant}; a backslash is {@code \\}.
 *
 * @param names at least one, none empty
 */
public record ClaimPath(List<String> names) {
  public ClaimPath {
    names = List.copyOf(names);
    if (names.isEmpty() || names.contains("")) {
      throw new IllegalArgumentException("names with dots between, none empty");
    }
  }

  /** Reads the text form. */
  public static ClaimPath parse(String text) {
    var names = new ArrayList<String>();
    var name = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\\' && i + 1 < text.length()) {
        name.append(text.charAt(++i));
      } else if (c == '.') {
        names.add(name.toString());
        name.setLength(0);
      } else {
        name.append(c);
      }
    }
    names.add(name.toString());
    return new ClaimPath(names);
  }

  /** The text form. */
  @Override
  public String toString() {
    return String.join(
        ".", names.stream().map(n -> n.replace("\\", "\\\\").replace(".", "\\.")).toList());
  }
}
