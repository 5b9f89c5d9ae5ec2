package dev.holdfast.runs.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Where a secret is; never the secret itself, so that it can be shown.
 *
 * @param env the variable that holds it, or
 * @param file the file that holds it; one of the two
 */
public record SecretRef(@Nullable String env, @Nullable Path file) {
  private static final int LONGEST = 8 << 10;

  public SecretRef {
    if ((env == null || env.isBlank()) == (file == null)) {
      throw new IllegalArgumentException("one of env (a variable's name) and file is needed");
    }
  }

  /**
   * Reads the secret, without the blanks around it. Blocks if it is a file.
   *
   * @param variables of the process
   * @throws IllegalArgumentException says what is missing, without the secret: nothing there, not
   *     readable, or not 1 to 8192 visible ASCII characters
   */
  public String read(UnaryOperator<@Nullable String> variables) {
    String secret = file == null ? variable(variables) : text(file);
    if (secret.isEmpty() || secret.length() > LONGEST) {
      throw new IllegalArgumentException(place() + ": 1 to " + LONGEST + " characters are needed");
    }
    if (!secret.chars().allMatch(at -> at > ' ' && at < 127)) {
      throw new IllegalArgumentException(place() + ": only visible ASCII characters may be there");
    }
    return secret;
  }

  private String variable(UnaryOperator<@Nullable String> variables) {
    String value = env == null ? null : variables.apply(env);
    if (value == null) {
      throw new IllegalArgumentException(place() + ": not set");
    }
    return value.strip();
  }

  private String text(Path from) {
    try {
      if (Files.size(from) > LONGEST) {
        throw new IllegalArgumentException(place() + ": at most " + LONGEST + " bytes");
      }
      return Files.readString(from).strip();
    } catch (IOException e) {
      throw new IllegalArgumentException(place() + ": can't be read");
    }
  }

  private String place() {
    return file == null ? "variable " + env : "file " + file;
  }
}
