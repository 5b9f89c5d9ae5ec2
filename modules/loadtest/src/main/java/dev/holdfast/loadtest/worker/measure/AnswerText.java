package dev.holdfast.loadtest.worker.measure;

/**
 * The text that an agent of the load test answers: tokens that all have the same length, each with
 * its number. It follows from the run and the attempt alone, so whoever reads it knows what it has
 * to be. Any thread.
 */
public final class AnswerText {
  /** The agent's name. */
  public static final String AGENT = "load";

  /** Characters of a token. */
  public static final int TOKEN = 6;

  private static final String DIGITS =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  private static final int BITS = 6;
  private static final int FIRST_EMOJI = 0x1F600;

  private final long seed;

  public AnswerText(String run, int attempt) {
    this.seed = 31L * run.hashCode() + attempt;
  }

  /** The id of the message that has the text. */
  public static String message(int attempt) {
    return "a" + attempt;
  }

  /**
   * Returns a token; each eighth one ends with two halves of one character.
   *
   * @param number from 0 to 262,143
   */
  public String token(int number) {
    long mixed = (seed + number) * 0x9E3779B97F4A7C15L;
    int check = (int) (mixed >>> 40);
    var text = new StringBuilder(TOKEN).append(' ');
    text.append(digit(number >> 2 * BITS)).append(digit(number >> BITS)).append(digit(number));
    return (check & 7) == 0
        ? text.appendCodePoint(FIRST_EMOJI + (check >> BITS & 63)).toString()
        : text.append(digit(check >> BITS)).append(digit(check >> 2 * BITS)).toString();
  }

  private static char digit(int number) {
    return DIGITS.charAt(number & 63);
  }

  /** Returns the number that a token has; -1 if it is no token. */
  public static int number(String token) {
    int number = 0;
    for (int i = 1; i <= 3; i++) {
      int digit = token.length() == TOKEN ? DIGITS.indexOf(token.charAt(i)) : -1;
      if (digit < 0) {
        return -1;
      }
      number = number << BITS | digit;
    }
    return number;
  }
}
